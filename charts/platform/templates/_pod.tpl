{{/* What both processes' pods have in common; they pass the Pod Security Standard `restricted`. */}}
{{- define "platform.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "platform.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Charts that are not in the image; both processes read them when they start. */}}
{{- define "platform.chartsMount" -}}
{{- if .Values.chartsConfigMap -}}
- {name: charts, mountPath: /srv/storeyard/packed, readOnly: true}
{{- end -}}
{{- end }}

{{- define "platform.chartsVolume" -}}
{{- with .Values.chartsConfigMap -}}
- name: charts
  configMap: {name: {{ . }}}
{{- end -}}
{{- end }}

{{/* A change of the configuration rolls the pods. */}}
{{- define "platform.annotations" -}}
checksum/config: {{ printf "%s%s" (include "platform.config" .) (include "platform.definitions" .) | sha256sum }}
prometheus.io/scrape: "true"
prometheus.io/port: "8081"
prometheus.io/path: /metrics
{{- end }}

{{- define "platform.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: health}
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  httpGet: {path: /healthz, port: health}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}
