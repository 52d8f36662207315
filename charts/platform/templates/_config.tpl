{{/* The one configuration file of both processes. They refuse what they do not know, so nothing is passed through blindly. */}}
{{- define "platform.config" -}}
{{- $ingress := pick .Values.ingress "className" "address" "namespace" "podLabels" -}}
{{- $_ := set $ingress "annotations" (include "platform.ingressAnnotations" . | fromYaml) -}}
{{- $tls := pick .Values.ingress.tls "enabled" "secretName" "insecureSkipVerify" -}}
{{- if .Values.ingress.tls.caConfigMap -}}
  {{- $_ := set $tls "caFile" "/etc/storeyard/ca.crt" -}}
{{- end -}}
{{- $_ := set $ingress "tls" $tls -}}
{{- dict
  "namespace" .Release.Namespace
  "domainSuffix" .Values.domainSuffix
  "scheme" .Values.scheme
  "ingress" $ingress
  "signIn" (merge (dict "users" (include "platform.users" .) "keys" (include "platform.keys" .) "signOuts" (include "platform.signOuts" .)) .Values.signIn)
  "behindIngress" .Values.networkPolicy.enabled
  "trustedProxies" .Values.web.trustedProxies
  "storageClass" .Values.storageClass
  "imagePullSecrets" .Values.imagePullSecrets
  "storeManagerRole" (include "platform.storeManager" .)
  "operatorLease" (include "platform.operatorLease" .)
  "deadlineSeconds" (int .Values.deadlineSeconds)
  "concurrency" (int .Values.concurrency)
  "checkSeconds" (int .Values.checkSeconds)
  "updates" (dict "mode" .Values.updates.mode "concurrency" (int .Values.updates.concurrency))
  "egress" (dict "default" .Values.egress.default "maximum" .Values.egress.maximum "ports" .Values.egress.ports "closed" .Values.egress.closed)
  "engines" (include "platform.engines" . | fromJson)
  | toPrettyJson }}
{{- end }}

{{/* An engine's definition is a file beside the configuration, which names it. */}}
{{- define "platform.engines" -}}
{{- $engines := dict -}}
{{- range $key, $settings := .Values.engines -}}
  {{- $engine := omit $settings "definition" -}}
  {{- if $settings.definition -}}
    {{- $_ := set $engine "definition" (printf "/etc/storeyard/%s" (include "platform.definition" $key)) -}}
  {{- end -}}
  {{- $_ := set $engines $key $engine -}}
{{- end -}}
{{- toJson $engines -}}
{{- end }}

{{- define "platform.definition" -}}
engine-{{ . }}.yaml
{{- end }}

{{- define "platform.definitions" -}}
{{- range $key, $settings := .Values.engines }}
{{- with $settings.definition }}
{{ include "platform.definition" $key }}: |
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
