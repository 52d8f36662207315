{{/* On every object, pods included. */}}
{{- define "medusa.labels" -}}
app.kubernetes.io/name: medusa
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
storeyard.dev/store: {{ .Values.store.id }}
{{- end }}

{{/* What a selector may hold: it cannot be changed later. */}}
{{- define "medusa.selector" -}}
app.kubernetes.io/name: medusa
storeyard.dev/store: {{ .Values.store.id }}
{{- end }}
