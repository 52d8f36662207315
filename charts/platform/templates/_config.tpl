{{/* The one configuration file of both processes. They refuse what they do not know, so nothing is passed through blindly. */}}
{{- define "platform.config" -}}
{{- $ingress := pick .Values.ingress "className" "address" "namespace" "podLabels" -}}
{{- $_ := set $ingress "annotations" (include "platform.ingressAnnotations" . | fromYaml) -}}
{{- $tls := pick .Values.ingress.tls "enabled" "secretName" "insecureSkipVerify" "inFront" -}}
{{- if .Values.ingress.tls.caConfigMap -}}
  {{- $_ := set $tls "caFile" "/etc/storeyard/ca.crt" -}}
{{- end -}}
{{- $_ := set $ingress "tls" $tls -}}
{{- $rate := dict -}}
{{- range $of, $count := .Values.creationRate -}}
  {{- with $count -}}
    {{- $_ := set $rate $of (int .) -}}
  {{- end -}}
{{- end -}}
{{- dict
  "namespace" .Release.Namespace
  "domainSuffix" .Values.domainSuffix
  "scheme" .Values.scheme
  "ingress" $ingress
  "signIn" (include "platform.signIn" . | fromJson)
  "behindIngress" .Values.networkPolicy.enabled
  "trustedProxies" .Values.web.trustedProxies
  "storageClass" .Values.storageClass
  "volumeSizesEnforced" .Values.volumeSizesEnforced
  "scheduling" (pick .Values.stores.scheduling "nodeSelector" "tolerations" "priorityClassName" "runtimeClassName")
  "imagePullSecrets" .Values.imagePullSecrets
  "storeManagerRole" (include "platform.storeManager" .)
  "operatorLease" (include "platform.operatorLease" .)
  "deadlineSeconds" (int .Values.deadlineSeconds)
  "concurrency" (int .Values.concurrency)
  "checkSeconds" (int .Values.checkSeconds)
  "creationRate" $rate
  "updates" (dict "mode" .Values.updates.mode "concurrency" (int .Values.updates.concurrency))
  "egress" (dict "default" .Values.egress.default "maximum" .Values.egress.maximum "ports" .Values.egress.ports "closed" .Values.egress.closed)
  "mail" (include "platform.mail" . | fromJson)
  "prometheus" (include "platform.prometheus" . | fromJson | default nil)
  "limits" .Values.limits
  "defaultEngine" (.Values.defaultEngine | default nil)
  "engines" (include "platform.engines" . | fromJson)
  | toPrettyJson }}
{{- end }}

{{- define "platform.signIn" -}}
{{- $signIn := dict "users" (include "platform.users" .) "keys" (include "platform.keys" .) "signOuts" (include "platform.signOuts" .) "audit" (include "platform.audit" .) -}}
{{- $_ := set $signIn "idleMinutes" (int .Values.signIn.idleMinutes) -}}
{{- $_ := set $signIn "absoluteHours" (int .Values.signIn.absoluteHours) -}}
{{- $_ := set $signIn "local" .Values.signIn.local -}}
{{- with .Values.signIn.oidc -}}
  {{- if .issuer -}}
    {{- $oidc := pick . "name" "issuer" "clientId" "scopes" "groupClaims" "roles" "contact" -}}
    {{- $_ := set $oidc "hours" (int .hours) -}}
    {{- $_ := set $oidc "callback" (printf "%s://%s/sign-in/oidc/callback" $.Values.scheme (include "platform.host" $)) -}}
    {{- if .credentials -}}
      {{- $_ := set $oidc "clientSecretFile" "/etc/storeyard/oidc/client-secret" -}}
    {{- end -}}
    {{- if .caConfigMap -}}
      {{- $_ := set $oidc "caFile" "/etc/storeyard/oidc/ca.crt" -}}
    {{- end -}}
    {{- $_ := set $signIn "oidc" $oidc -}}
  {{- end -}}
{{- end -}}
{{- toJson $signIn -}}
{{- end }}

{{/* The port at which the server of an address is asked. */}}
{{- define "platform.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}

{{/* Where none is named, nothing is asked of it. */}}
{{- define "platform.prometheus" -}}
{{- $prometheus := dict -}}
{{- with .Values.monitoring.prometheus -}}
  {{- if .url -}}
    {{- $_ := set $prometheus "url" .url -}}
    {{- if .credentials -}}
      {{- $_ := set $prometheus "tokenFile" "/etc/storeyard/prometheus/token" -}}
    {{- end -}}
    {{- if .caConfigMap -}}
      {{- $_ := set $prometheus "caFile" "/etc/storeyard/prometheus/ca.crt" -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $prometheus -}}
{{- end }}

{{/* Of a server that nobody uses nothing is said. */}}
{{- define "platform.mail" -}}
{{- $mail := dict "mode" "none" -}}
{{- with .Values.mail -}}
  {{- if eq .mode "smtp" -}}
    {{- $to := pick .to "cidrs" "namespace" "podLabels" -}}
    {{- with .to.podPort -}}
      {{- $_ := set $to "podPort" (int .) -}}
    {{- end -}}
    {{- $mail = merge (dict "port" (int .port) "to" $to) (pick . "mode" "host" "tls" "from" "credentials") -}}
  {{- end -}}
{{- end -}}
{{- toJson $mail -}}
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
