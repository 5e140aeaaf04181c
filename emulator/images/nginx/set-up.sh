# `docker logs` shows what nginx would write to files, and the pages are where the official image has them.
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
cat > /etc/nginx/sites-available/default <<'SITE'
server {
    listen 80 default_server;
    listen [::]:80 default_server;
    server_name localhost;
    root /usr/share/nginx/html;
    index index.html index.htm;
}
SITE
mkdir -p /usr/share/nginx/html
cat > /usr/share/nginx/html/index.html <<'PAGE'
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Welcome to nginx!</title></head>
  <body>
    <h1>Welcome to nginx!</h1>
    <p>The web server runs. Its pages are in <code>/usr/share/nginx/html</code> of the container.</p>
  </body>
</html>
PAGE
# One worker is what one emulated processor can use.
sed -i 's/^worker_processes .*/worker_processes 1;/' /etc/nginx/nginx.conf
