{{/* What the schema cannot say well, as sentences. */}}
{{- define "platform.checks" -}}
{{- $pinned := "^([^@]+/)?[^/@:]+(:[-A-Za-z0-9_.]+|(:[-A-Za-z0-9_.]+)?@sha256:[0-9a-f]{64})$" -}}
{{- if not .Values.image -}}
  {{- fail "image is empty: give the full reference of the platform's image." -}}
{{- end -}}
{{- if or (not (regexMatch $pinned .Values.image)) (hasSuffix ":latest" .Values.image) -}}
  {{- fail (printf "image has to say which: %s has no tag or the tag latest." .Values.image) -}}
{{- end -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" .Values.domainSuffix) -}}
  {{- fail "domainSuffix has to be a host name in lower case without a dot in front, such as shops.example.com." -}}
{{- end -}}
{{- if and .Values.ingress.tls.enabled (ne .Values.scheme "https") -}}
  {{- fail "ingress.tls.enabled is true but scheme is http: set scheme to https or switch TLS off." -}}
{{- end -}}
{{- if and .Values.ingress.tls.caConfigMap .Values.ingress.tls.insecureSkipVerify -}}
  {{- fail "ingress.tls.caConfigMap names authorities and ingress.tls.insecureSkipVerify asks none: use one of them." -}}
{{- end -}}
{{- if not (regexMatch "^[^:/]+:[0-9]+$" .Values.ingress.address) -}}
  {{- fail "ingress.address has to be a host and a port, such as traefik.traefik.svc.cluster.local:80." -}}
{{- end -}}
{{- if not .Values.ingress.namespace -}}
  {{- fail "ingress.namespace is empty: name the namespace of the ingress controller's pods." -}}
{{- end -}}
{{- if not .Values.ingress.podLabels -}}
  {{- fail "ingress.podLabels is empty: name a label of the ingress controller's pods, or every pod beside them could reach the shops." -}}
{{- end -}}
{{- range $engine, $settings := .Values.engines -}}
  {{- range $name, $image := $settings.images -}}
    {{- if not $image -}}
      {{- fail (printf "engines.%s.images.%s is empty: give the full reference of the image." $engine $name) -}}
    {{- end -}}
    {{- if or (not (regexMatch $pinned $image)) (hasSuffix ":latest" $image) -}}
      {{- fail (printf "engines.%s.images.%s has to say which: %s has no tag or the tag latest." $engine $name $image) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end }}
