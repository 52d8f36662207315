{{/* What the set-up and the web server both need to know. */}}
{{- define "woocommerce.environment" -}}
- {name: DATABASE_HOST, value: mariadb}
- {name: STORE_URL, value: {{ .Values.url | quote }}}
- {name: STORE_HOST, value: {{ .Values.host | quote }}}
- {name: EGRESS, value: {{ .Values.egress | quote }}}
{{- end }}

{{/* What PHP allows a request. A form is a little larger than the file in it. */}}
{{- define "woocommerce.php" -}}
- {name: PHP_MEMORY_LIMIT, value: {{ .Values.php.memoryLimit | quote }}}
- {name: PHP_UPLOAD_LIMIT, value: {{ .Values.php.uploadLimit | quote }}}
- {name: PHP_POST_LIMIT, value: {{ printf "%dM" (add 1 (include "woocommerce.uploadLimit" .)) | quote }}}
{{- end }}

{{/* Megabytes. */}}
{{- define "woocommerce.uploadLimit" -}}
{{- trimSuffix "M" .Values.php.uploadLimit -}}
{{- end }}

{{- define "woocommerce.mounts" -}}
- {name: uploads, mountPath: /usr/share/wordpress/wp-content/uploads}
- {name: opcodes, mountPath: /var/cache/php}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/*
Whether WordPress and its database answer, whatever the owner has switched: see images/wordpress/health.php. Whether the shop
sells is what the operator asks.
*/}}
{{- define "woocommerce.probe" -}}
httpGet: {path: /storeyard-health.php, port: http}
{{- end }}

{{/* So that the web server has as many workers as fit, and takes no picture that does not. */}}
{{- define "woocommerce.memoryLimit" -}}
{{- with (.Values.resources.wordpress.limits).memory -}}
- name: MEMORY_LIMIT
  valueFrom:
    resourceFieldRef: {containerName: wordpress, resource: limits.memory}
{{- end }}
{{- end }}
