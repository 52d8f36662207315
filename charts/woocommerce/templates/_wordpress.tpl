{{/* What the set-up and the web server both need to know. */}}
{{- define "woocommerce.environment" -}}
- {name: DATABASE_HOST, value: mariadb}
- {name: STORE_URL, value: {{ .Values.url | quote }}}
- {name: STORE_HOST, value: {{ .Values.host | quote }}}
- {name: EGRESS, value: {{ .Values.egress | quote }}}
- {name: PLUGINS, value: {{ .Values.plugins | quote }}}
- {name: SAFE_MODE, value: {{ .Values.safeMode | quote }}}
{{- end }}

{{/* How mail leaves. Its user and password are files, read for each mail, so that a new password needs no new pod. */}}
{{- define "woocommerce.mail" -}}
- {name: MAIL_MODE, value: {{ .Values.mail.mode | quote }}}
{{- if eq .Values.mail.mode "smtp" }}
- {name: MAIL_HOST, value: {{ .Values.mail.host | quote }}}
- {name: MAIL_PORT, value: {{ .Values.mail.port | quote }}}
- {name: MAIL_TLS, value: {{ .Values.mail.tls | quote }}}
- {name: MAIL_FROM, value: {{ .Values.mail.from | quote }}}
{{- end }}
{{- end }}

{{- define "woocommerce.mailSecrets" -}}
{{- if eq .Values.mail.mode "smtp" -}}
- {key: mail-user, path: mail-user}
- {key: mail-password, path: mail-password}
- {key: mail-ca, path: mail-ca}
{{- end }}
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
{{- if eq .Values.plugins "own" }}
{{- /* No visitor reaches them as uploads, see images/wordpress/apache.conf. */}}
{{- range $folder := list "plugins" "themes" "languages" }}
- {name: uploads, mountPath: /usr/share/wordpress/wp-content/{{ $folder }}, subPath: .own/{{ $folder }}}
{{- end }}
{{- /* Where WordPress unpacks, and keeps what it replaces until that has come to an end. */}}
{{- range $folder := list "upgrade" "upgrade-temp-backup" }}
- {name: tmp, mountPath: /usr/share/wordpress/wp-content/{{ $folder }}, subPath: {{ $folder }}}
{{- end }}
{{- end }}
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
