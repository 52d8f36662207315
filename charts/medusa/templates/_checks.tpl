{{/* What the schema cannot say well. Each refusal is a sentence with the value's name, what is wrong, and what to do. */}}
{{- define "medusa.checks" -}}
{{- $quantity := "^[1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$" -}}
{{- $pinned := "^([^@]+/)?[^/@:]+(:[-A-Za-z0-9_.]+|(:[-A-Za-z0-9_.]+)?@sha256:[0-9a-f]{64})$" -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" .Values.store.id) -}}
  {{- fail "store.id has to be 1 to 63 lower-case letters, digits and dashes, with no dash at either end." -}}
{{- end -}}
{{- if not (trim .Values.store.title) -}}
  {{- fail "store.title is empty: give the shop a name." -}}
{{- end -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" .Values.host) -}}
  {{- fail "host has to be a host name in lower case, such as shop.example.com." -}}
{{- end -}}
{{- if not (regexMatch "^https?://[^/]+$" .Values.url) -}}
  {{- fail "url has to be http:// or https:// and a host, without a path or a slash at the end." -}}
{{- end -}}
{{- if ne (regexReplaceAll "^https?://([^/:]+)(:[0-9]+)?$" .Values.url "${1}") .Values.host -}}
  {{- fail (printf "url and host do not agree: %s is not on %s." .Values.url .Values.host) -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.ingress.tls.enabled (not (hasPrefix "https://" .Values.url)) -}}
  {{- fail "ingress.tls.enabled is true but url begins with http://: use an https:// address or switch TLS off." -}}
{{- end -}}
{{- if eq .Values.mail.mode "smtp" -}}
  {{- if not (regexMatch "^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$" .Values.mail.host) -}}
    {{- fail "mail.host has to be the mail server's host name, such as mail.example.com." -}}
  {{- end -}}
  {{- if not .Values.mail.port -}}
    {{- fail "mail.port is 0: give the port at which the mail server takes mail, such as 587." -}}
  {{- end -}}
  {{- if not (regexMatch "^[^@ ]+@[^@ ]+$" .Values.mail.from) -}}
    {{- fail "mail.from has to be the address that the shop's mail is from, such as shop@example.com." -}}
  {{- end -}}
{{- end -}}
{{- if not .Values.credentials.existingSecret -}}
  {{- fail "credentials.existingSecret is empty: name the Secret that holds the passwords." -}}
{{- end -}}
{{- $storefront := ternary (list "medusa-storefront") list .Values.storefront.enabled -}}
{{- range $name := concat (list "medusa" "postgres" "valkey") $storefront -}}
  {{- if not (index $.Values.images $name) -}}
    {{- fail (printf "images.%s is empty: give the full reference of the image." $name) -}}
  {{- end -}}
  {{- $image := index $.Values.images $name -}}
  {{- if or (not (regexMatch $pinned $image)) (hasSuffix ":latest" $image) -}}
    {{- fail (printf "images.%s has to say which: %s has no tag or the tag latest." $name $image) -}}
  {{- end -}}
{{- end -}}
{{- range $name := list "database" "uploads" -}}
  {{- if not (regexMatch $quantity (index $.Values.persistence $name)) -}}
    {{- fail (printf "persistence.%s has to be a size such as 2Gi." $name) -}}
  {{- end -}}
{{- end -}}
{{- end }}
