{{/* On every object, pods included. */}}
{{- define "woocommerce.labels" -}}
app.kubernetes.io/name: woocommerce
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
storeyard.dev/store: {{ .Values.store.id }}
{{- end }}

{{/* What a selector may hold: it cannot be changed later. */}}
{{- define "woocommerce.selector" -}}
app.kubernetes.io/name: woocommerce
storeyard.dev/store: {{ .Values.store.id }}
{{- end }}
