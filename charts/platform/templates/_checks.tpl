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
{{- with .Values.ingress -}}
  {{- if and .tls.inFront (ne $.Values.scheme "https") -}}
    {{- fail "ingress.tls.inFront is true but scheme is http: set scheme to https, which is what visitors speak." -}}
  {{- end -}}
  {{- if and .tls.inFront .tls.enabled -}}
    {{- fail "ingress.tls.inFront says that TLS ends before the ingress controller, and ingress.tls.enabled has it show certificates: use one of them." -}}
  {{- end -}}
  {{- if and .tls.inFront (eq (get (.annotations | default dict) "traefik.ingress.kubernetes.io/router.tls" | toString) "true") -}}
    {{- fail "ingress.tls.inFront is true, but ingress.annotations have Traefik answer nobody who does not speak TLS: take router.tls and router.entrypoints away." -}}
  {{- end -}}
  {{- range $name := list "cert-manager.io/cluster-issuer" "cert-manager.io/issuer" -}}
    {{- if and $.Values.ingress.tls.secretName (get ($.Values.ingress.annotations | default dict) $name) -}}
      {{- fail (printf "ingress.tls.secretName names one certificate for all shops, but ingress.annotations have cert-manager issue one for each: set %s to null." $name) -}}
    {{- end -}}
  {{- end -}}
  {{- if and .tls.inFront (hasSuffix ":443" .address) -}}
    {{- fail "ingress.tls.inFront is true, but ingress.address is the port at which TLS is spoken: name the ingress controller's port for http." -}}
  {{- end -}}
  {{- if and (eq $.Values.scheme "https") (not .tls.inFront) (hasSuffix ":80" .address) -}}
    {{- fail "scheme is https, but ingress.address is a port at which no TLS is spoken: name the ingress controller's port for https, or set ingress.tls.inFront where TLS ends before it." -}}
  {{- end -}}
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
{{- with .Values.signIn.oidc -}}
  {{- if .issuer -}}
    {{- if not (regexMatch "^https?://[^/?#@ ]+(/[^?# ]*)?$" .issuer) -}}
      {{- fail "signIn.oidc.issuer has to be what the provider calls itself, such as https://id.example.com/realms/team." -}}
    {{- end -}}
    {{- if and (hasPrefix "http:" .issuer) (ne $.Values.scheme "http") -}}
      {{- fail "signIn.oidc.issuer is reached without TLS: whoever is between could sign in as anybody. Use its https address." -}}
    {{- end -}}
    {{- if not .name -}}
      {{- fail "signIn.oidc.name is empty: say what people call the provider, such as Example ID." -}}
    {{- end -}}
    {{- if not .clientId -}}
      {{- fail "signIn.oidc.clientId is empty: say what the provider calls Storeyard." -}}
    {{- end -}}
    {{- if not (or .roles.admin .roles.member .roles.viewer) -}}
      {{- fail "signIn.oidc.roles names no group, so nobody would come in by the provider: give one of its groups a role." -}}
    {{- end -}}
    {{- if ne (empty .to.namespace) (empty .to.podLabels) -}}
      {{- fail "signIn.oidc.to has to name a namespace and labels of pods in it, or none of both." -}}
    {{- end -}}
  {{- else if not $.Values.signIn.local -}}
    {{- fail "signIn.local is false and signIn.oidc names no provider: nobody could sign in." -}}
  {{- end -}}
{{- end -}}
{{- with .Values.mail -}}
  {{- if eq .mode "smtp" -}}
    {{- if not (regexMatch "^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$" .host) -}}
      {{- fail "mail.host has to be the mail server's host name, such as mail.example.com." -}}
    {{- end -}}
    {{- if not (regexMatch "^[^@ ]+@[^@ ]+\\.[^@ ]+$" .from) -}}
      {{- fail "mail.from has to be the address that the shops' mail is from, such as shops@example.com." -}}
    {{- end -}}
    {{- if ne (empty .to.namespace) (empty .to.podLabels) -}}
      {{- fail "mail.to has to name a namespace and labels of the mail server's pods in it, or none of both." -}}
    {{- end -}}
    {{- $isKnown := or .to.cidrs .to.namespace -}}
    {{- if and (not $isKnown) (ne $.Values.egress.maximum "internet") -}}
      {{- fail "mail.mode is smtp, but no shop would reach the server: egress.maximum is none. Say in mail.to where the server is, or let shops reach the internet." -}}
    {{- end -}}
    {{- $ports := list -}}
    {{- range $.Values.egress.ports -}}
      {{- $ports = append $ports (int .) -}}
    {{- end -}}
    {{- if and (not $isKnown) (not (has (int .port) $ports)) -}}
      {{- fail (printf "mail.port is %d, which no shop reaches on the internet: add it to egress.ports, or say in mail.to where the server is." (int .port)) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.defaultEngine (not (hasKey .Values.engines .Values.defaultEngine)) -}}
  {{- fail (printf "defaultEngine is %s, which is none of engines: name one of %s, or none." .Values.defaultEngine (keys .Values.engines | sortAlpha | join ", ")) -}}
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
{{- if and .Values.traces.endpoint .Values.networkPolicy.enabled (not .Values.traces.to) -}}
  {{- fail "traces.endpoint is given but traces.to says nothing of where that is: name the collector's pods or addresses there, or no trace gets out." -}}
{{- end -}}
{{- with .Values.monitoring.prometheus -}}
  {{- if and .url $.Values.networkPolicy.enabled (not .to) -}}
    {{- fail "monitoring.prometheus.url is given but monitoring.prometheus.to says nothing of where that is: name its pods or addresses there, or the operator does not reach it." -}}
  {{- end -}}
  {{- if and .credentials (hasPrefix "http:" .url) -}}
    {{- fail "monitoring.prometheus.credentials names a token, but monitoring.prometheus.url is reached without TLS: whoever is between could read it. Use its https address." -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.monitoring.podMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) -}}
  {{- fail "monitoring.podMonitor is enabled but networkPolicy.metricsFrom names nobody: name the namespace of your Prometheus there, or it reads nothing." -}}
{{- end -}}
{{- end }}
