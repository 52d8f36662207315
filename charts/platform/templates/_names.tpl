{{/* Cluster-wide names carry the namespace too, so that two releases can live in one cluster. */}}
{{- define "platform.clusterName" -}}
{{ .Release.Name }}-{{ .Release.Namespace }}
{{- end }}

{{- define "platform.storeManager" -}}
{{ include "platform.clusterName" . }}-store-manager
{{- end }}

{{/* Made while it runs, not by helm: who may sign in, and the key that seals sessions with the token for the first user. */}}
{{- define "platform.users" -}}
{{ .Release.Name }}-users
{{- end }}

{{- define "platform.keys" -}}
{{ .Release.Name }}-keys
{{- end }}

{{- define "platform.operatorLease" -}}
{{ .Release.Name }}-operator
{{- end }}

{{- define "platform.signOuts" -}}
{{ .Release.Name }}-sign-outs
{{- end }}

{{/* What the names of the audit log's ConfigMaps begin with. */}}
{{- define "platform.audit" -}}
{{ .Release.Name }}-audit-
{{- end }}

{{- define "platform.host" -}}
dashboard.{{ .Values.domainSuffix }}
{{- end }}

{{- define "platform.labels" -}}
app.kubernetes.io/name: storeyard
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What a selector may hold: it cannot be changed later. */}}
{{- define "platform.selector" -}}
app.kubernetes.io/name: storeyard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Match conditions of admission policies. */}}
{{- define "platform.byOperator" -}}
name: by-the-operator
expression: request.userInfo.username == 'system:serviceaccount:{{ .Release.Namespace }}:{{ .Release.Name }}-operator'
{{- end }}

{{- define "platform.byWeb" -}}
name: by-the-dashboard
expression: request.userInfo.username == 'system:serviceaccount:{{ .Release.Namespace }}:{{ .Release.Name }}-web'
{{- end }}

{{/* Whether the namespace of that name in an admission policy enforces the newest `restricted`. */}}
{{- define "platform.admitsRestricted" -}}
has({{ . }}.metadata.labels) && 'pod-security.kubernetes.io/enforce' in {{ . }}.metadata.labels && {{ . }}.metadata.labels['pod-security.kubernetes.io/enforce'] == 'restricted' && (!('pod-security.kubernetes.io/enforce-version' in {{ . }}.metadata.labels) || {{ . }}.metadata.labels['pod-security.kubernetes.io/enforce-version'] == 'latest')
{{- end }}

{{/* Not empty where the ingress controller itself speaks TLS. */}}
{{- define "platform.endsTls" -}}
{{- if and (eq .Values.scheme "https") (not .Values.ingress.tls.inFront) -}}true{{- end -}}
{{- end }}

{{/* Whether the ConfigMap of that name in an admission policy is a part of the audit log: it cannot be changed, and helm finds no release in it. */}}
{{- define "platform.isAudit" -}}
{{ .of }}.metadata.name.matches('^{{ .audit }}(done|refused)-[0-9]{13}-[0-9a-f]{16}$') && has({{ .of }}.immutable) && {{ .of }}.immutable && has({{ .of }}.metadata.labels) && {{ .of }}.metadata.labels == {'app.kubernetes.io/component': 'audit', 'app.kubernetes.io/managed-by': 'storeyard'} && has({{ .of }}.data) && {{ .of }}.data.all(key, key == 'records') && !has({{ .of }}.binaryData)
{{- end }}

{{/* A value of null takes away what a values file below has put there. */}}
{{- define "platform.ingressAnnotations" -}}
{{- $annotations := dict -}}
{{- range $name, $value := .Values.ingress.annotations -}}
  {{- if kindIs "string" $value -}}
    {{- $_ := set $annotations $name $value -}}
  {{- end -}}
{{- end -}}
{{- toYaml $annotations -}}
{{- end }}
