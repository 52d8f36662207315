{{/* What the set-up and the web server both need to know. */}}
{{- define "woocommerce.environment" -}}
- {name: DATABASE_HOST, value: mariadb}
- {name: STORE_URL, value: {{ .Values.url | quote }}}
- {name: STORE_HOST, value: {{ .Values.host | quote }}}
{{- end }}

{{- define "woocommerce.mounts" -}}
- {name: uploads, mountPath: /usr/share/wordpress/wp-content/uploads}
- {name: opcodes, mountPath: /var/cache/php}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* Asks for what makes it a shop: the products where there is the plugin, else the front page. */}}
{{- define "woocommerce.probe" -}}
httpGet:
  path: {{ ternary "/wp-json/wc/store/v1/products?per_page=1" "/" .Values.plugin | quote }}
  port: http
  httpHeaders:
    - {name: Host, value: {{ .Values.host | quote }}}
    - {name: X-Forwarded-Proto, value: {{ (split ":" .Values.url)._0 | quote }}}
{{- end }}
