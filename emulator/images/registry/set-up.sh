mkdir -p /var/lib/registry /etc/docker/registry
cat > /etc/docker/registry/config.yml <<'CONFIG'
version: 0.1
log:
  fields:
    service: registry
storage:
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: true
http:
  addr: :5000
CONFIG
