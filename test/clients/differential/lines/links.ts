// docker run --link, and what ps, inspect and rm say of links.
import type { Row } from '../command-line.ts';

export const links: readonly Row[] = [
  'create --name linker --link web:db busybox ; inspect -f "{{json .HostConfig.Links}}" linker web',
  'run -d --name linker --link web busybox sleep 100 ; inspect -f "{{.HostConfig.Links}}" linker',
  'create --name linker --link web:db --link web:cache busybox ; ps -a --no-trunc --format "{{.Names}}"',
  'create --name linker --link web:db busybox ; ps -a --format "{{.Names}}"',
  'create --name linker --link web:db busybox ; ps -a --filter name=linker --format "{{.Names}}"',
  'create --name linker --link web:db busybox ; inspect -f "{{.Name}}" linker/db',
  'create --name linker --link web:db busybox ; rename linker other ; inspect -f "{{.HostConfig.Links}}" other',
  'create --name linker --link web:db busybox ; rm --link linker/db ; inspect -f "{{.HostConfig.Links}}" linker',
  'create --name linker --link web:db busybox ; rm --link linker/nope',
  'rm --link web',
  'rm --link nobody',
  'create --name linker --link done:db busybox ; start linker',
  'run --name linker --link done:db busybox true',
  'run --link web:a:b busybox true',
  'run --link "" busybox true',
  'run --network host --link web busybox true',
  'run --network container:web --link web busybox true',
  'run --network none --link web busybox echo none',
  'network create mine ; create --name linker --network mine --link web:db busybox ; inspect -f "{{json .HostConfig.Links}} {{json .NetworkSettings.Networks.mine.Links}}" linker',
  'network create mine ; create --name linker busybox ; network connect --link web:db mine linker ; inspect -f "{{json .NetworkSettings.Networks.mine.Links}}" linker',
];
