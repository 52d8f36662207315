# Bitnami's MariaDB chart begins a pod with a script that reads this file from the image, and then copies what Bitnami's image has. This one
# has nothing to be copied, so the script ends here. See docs/engines/bitnami-wordpress.
exit 0
