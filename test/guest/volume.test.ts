// Managed volumes on the real guest: the command, the directory behind each, and who keeps it from going.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

const VOLUMES = '/var/lib/docker/volumes';

describe('docker volume', () => {
  it('makes a directory on the host that inspect names', async () => {
    const output = await guest.ok(`
      docker volume create --label team=docs notes
      docker volume inspect -f '{{.Driver}} {{.Scope}} {{.Mountpoint}} {{.Labels.team}}' notes
      stat -c '%a %F' ${VOLUMES}/notes ${VOLUMES}/notes/_data
    `);
    expect(output.split('\n')).toEqual([
      'notes',
      `local local ${VOLUMES}/notes/_data docs`,
      '701 directory',
      '755 directory',
    ]);
  });

  it('outlives the containers that write to it, and is the same for host and container', async () => {
    const output = await guest
      .ok(
        `
      docker run --rm -v notes:/data busybox sh -c 'echo first > /data/page'
      cat ${VOLUMES}/notes/_data/page; echo second >> ${VOLUMES}/notes/_data/page
      docker run --rm -v notes:/data:ro busybox sh -c 'cat /data/page; grep " /data " /proc/mounts | cut -d" " -f4 | cut -d, -f1; echo x > /data/y'
    `,
      )
      .catch((error: Error) => error.message);
    expect(output).toContain('first\nfirst\nsecond\nro\n');
    expect(output).toContain("can't create /data/y: Read-only file system");
  });

  it('cannot be removed while a container, even an ended one, has it', async () => {
    await guest.ok('docker create --name holder -v notes:/data busybox true');
    const id = await guest.ok('docker inspect -f "{{.Id}}" holder');
    expect(await guest.sh('docker volume rm notes')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `Error response from daemon: remove notes: volume is in use - [${id}]\n`,
    });
    const gone = await guest.ok(
      `
      docker rm holder; docker volume rm notes; ls ${VOLUMES} | grep -c notes; docker volume rm -f notes
    `,
    );
    expect(gone).toBe('holder\nnotes\n0\nnotes');
    expect(await guest.sh('docker volume rm notes')).toMatchObject({
      exitCode: 1,
      stderr: 'Error response from daemon: get notes: no such volume\n',
    });
  });

  it('mounts a file system of its own for --opt, while a container runs with it', async () => {
    const output = await guest.ok(`
      docker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=1000 scratch
      docker run -d --name small -v scratch:/s busybox sleep 1000 >/dev/null
      grep -c ' ${VOLUMES}/scratch/_data tmpfs ' /proc/mounts
      docker exec small sh -c 'grep " /s " /proc/mounts | cut -d" " -f3; stat -c %u /s; dd if=/dev/zero of=/s/big bs=1M count=2 2>&1 | grep -o "No space left on device"'
      docker rm -f small; grep -c ' ${VOLUMES}/scratch/_data ' /proc/mounts; docker volume rm scratch
    `);
    expect(output.split('\n')).toEqual([
      'scratch',
      '1',
      'tmpfs',
      '1000',
      'No space left on device',
      'small',
      '0',
      'scratch',
    ]);
  });

  it('says when the mount of its options is refused, and the container stays', async () => {
    const { exitCode, stderr } = await guest.sh(`
      docker volume create -o type=nonsense -o device=none broken >/dev/null
      docker run --name victim -v broken:/b busybox true
    `);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(
      `error while mounting volume '${VOLUMES}/broken/_data': failed to mount local volume: mount none:${VOLUMES}/broken/_data`,
    );
    expect(await guest.ok('docker ps -a --filter name=victim --format "{{.Status}}"; docker rm -v victim')).toBe(
      'Created\nvictim',
    );
    await guest.ok('docker volume rm broken');
  });

  it('removes anonymous volumes with rm -v and --rm, and prunes those without users', async () => {
    const output = await guest.ok(`
      docker run --rm -v /anonymous busybox true
      docker run --name kept -v /anonymous -v named:/n busybox sh -c 'echo 12345 > /anonymous/f'
      docker volume ls -q | wc -l; docker volume ls -f dangling=true -q | wc -l
      docker rm -v kept; docker volume ls -q
      docker run --name left -v /anonymous busybox sh -c 'echo 12345 > /anonymous/f'; docker rm left
      docker volume prune -f | sed -E 's/[0-9a-f]{64}/<id>/'; docker volume ls -q; docker volume prune -af; ls ${VOLUMES} | wc -l
    `);
    expect(output.split('\n')).toEqual([
      '2',
      '0',
      ...['kept', 'named', 'left'],
      ...['Deleted Volumes:', '<id>', '', 'Total reclaimed space: 6B', 'named'],
      ...['Deleted Volumes:', 'named', '', 'Total reclaimed space: 0B', '0'],
    ]);
  });

  it('tells of each step in events', async () => {
    const output = await guest.ok(`
      since=$(date +%s.%N); docker run --rm -v news:/n busybox true; docker volume rm news >/dev/null
      docker events --since $since --until $(($(date +%s) + 1)) --filter type=volume --format '{{.Action}} {{.Actor.ID}}'
    `);
    expect(output.split('\n')).toEqual(['create news', 'mount news', 'unmount news', 'destroy news']);
  });
});
