{{/* What both processes' pods have in common; they pass the Pod Security Standard `restricted`. */}}
{{- define "platform.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Where a pod runs, and how. Several of a process are on several nodes where there are some. Given the chart and the process. */}}
{{- define "platform.scheduling" -}}
{{- $chart := index . 0 -}}
{{- $labels := merge (dict "app.kubernetes.io/component" (index . 1)) (include "platform.selector" $chart | fromYaml) -}}
{{- with $chart.Values.scheduling -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{- toYaml (merge (deepCopy .) (dict "labelSelector" (dict "matchLabels" $labels))) | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- toYaml $labels | nindent 14 }}
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

{{/* What web has to know of the identity provider beside the configuration. Without it, users with passwords come in all the same. */}}
{{- define "platform.oidcSources" -}}
{{- with .Values.signIn.oidc -}}
{{- if and .issuer .credentials }}
- secret:
    name: {{ .credentials }}
    optional: true
    items: [{key: client-secret, path: client-secret}]
{{- end }}
{{- if and .issuer .caConfigMap }}
- configMap:
    name: {{ .caConfigMap }}
    items: [{key: ca.crt, path: ca.crt}]
{{- end }}
{{- end }}
{{- end }}
