// Five hundred images, for the time that listing them takes: one archive of as many configs over busybox's layer, made by the
// guest's own shell.

export const MANY_IMAGES = 500;

/** Leaves busybox and the others, `many:1` and so on. */
export const LOAD_MANY_IMAGES = [
  'set -e',
  'docker pull -q busybox',
  'mkdir -p /tmp/many && cd /tmp/many && docker save busybox | tar xf -',
  'manifest=$(<manifest.json)',
  `[[ $manifest =~ '"Config":"'([^\\"]*) ]] && config=$(<"\${BASH_REMATCH[1]}")`,
  `[[ $manifest =~ '"Layers":'(\\[[^]]*\\]) ]] && layers=\${BASH_REMATCH[1]}`,
  'rm -f manifest.json index.json oci-layout',
  'separator=[',
  `for i in $(seq ${MANY_IMAGES}); do`,
  '  printf \'{"author":"%s",%s\' "$i" "${config:1}" > "$i.json"',
  '  printf \'%s{"Config":"%s.json","RepoTags":["many:%s"],"Layers":%s}\' "$separator" "$i" "$i" "$layers"',
  '  separator=,',
  'done > /tmp/manifest.json',
  'echo "]" >> /tmp/manifest.json && mv /tmp/manifest.json manifest.json',
  'tar cf - . | docker load -q > /dev/null',
  'cd / && rm -rf /tmp/many',
  'docker images -q many | wc -l',
].join('\n');
