ln -s /usr/sbin/apache2 /usr/local/apache2/bin/httpd
mkdir -p /usr/local/apache2/logs
chown -R www-data:www-data /usr/local/apache2/htdocs
