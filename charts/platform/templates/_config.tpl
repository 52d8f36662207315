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
  "engines" .Values.engines
  | toPrettyJson }}
{{- end }}
