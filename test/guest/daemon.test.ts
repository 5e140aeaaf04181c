// dockerd as a learner meets it on a Docker host: its files, its service, and what /etc/docker/daemon.json changes.
import { describe, expect, test, vi } from 'vitest';
import { useGuest } from '../support/guest.ts';

vi.setConfig({ testTimeout: 180_000 });

describe('the daemon', () => {
  const guest = useGuest();
  const configure = (config: object): Promise<string> =>
    guest.ok(`echo '${JSON.stringify(config)}' > /etc/docker/daemon.json; service docker restart`);

  test('has its layout, its pid file and its process', async () => {
    expect((await guest.ok('ls /var/lib/docker')).split('\n')).toEqual(
      expect.arrayContaining(['buildkit', 'containers', 'engine-id', 'image', 'network', 'overlay2', 'volumes']),
    );
    expect(await guest.ok('cat /proc/$(cat /run/docker.pid)/comm')).toBe('dockerd');
    expect(await guest.ok("docker info --format '{{.DockerRootDir}} {{.LiveRestoreEnabled}}'")).toBe(
      '/var/lib/docker false',
    );
  });

  test('goes and comes as a service; without it the client says so', async () => {
    const id = await guest.ok("docker info --format '{{.ID}}'");
    await guest.ok('service docker stop');
    expect(await guest.sh('docker ps')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    });
    expect(await guest.ok('ls /run/docker.pid 2>/dev/null || echo none')).toBe('none');
    await guest.ok('service docker start');
    expect(await guest.ok("docker info --format '{{.ID}}'")).toBe(id);
  });

  test('stands above a shim, a bundle and the OCI runtime', async () => {
    const id = await guest.ok('docker run -d --name layers busybox sleep 1000');
    const bundle = `/run/containerd/io.containerd.runtime.v2.task/moby/${id}`;
    const pid = await guest.ok("docker inspect -f '{{.State.Pid}}' layers");
    expect(await guest.ok(`cat ${bundle}/init.pid`)).toBe(pid);
    expect(await guest.ok(`ps -o comm= -p $(ps -o ppid= -p ${pid})`)).toBe('drydock-shim');
    const spec = JSON.parse(await guest.ok(`cat ${bundle}/config.json`)) as Record<string, unknown>;
    expect(spec).toMatchObject({ process: { args: ['sleep', '1000'] }, root: { readonly: false } });
    expect(await guest.ok(`docker rm -f layers; ls -d ${bundle} 2>/dev/null || echo gone`)).toBe('layers\ngone');
  });

  test('does as daemon.json says', async () => {
    await configure({
      'data-root': '/srv/docker',
      'log-opts': { 'max-size': '10k', 'max-file': '3' },
      labels: ['course=docker'],
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 100, Hard: 200 } },
      'default-shm-size': '8m',
      'live-restore': true,
      debug: true,
    });
    expect(
      await guest.ok("docker info --format '{{.DockerRootDir}} {{.Labels}} {{.Debug}} {{.LiveRestoreEnabled}}'"),
    ).toBe('/srv/docker [course=docker] true true');
    expect(await guest.ok('docker images -q')).toBe('');
    await guest.ok(`docker run --name elsewhere -v data:/data busybox sh -c '
      ulimit -n; ulimit -Hn; df -k /dev/shm | tail -1 | while read d size rest; do echo $size; done; echo x > /data/f'`);
    expect(await guest.ok('docker logs elsewhere')).toBe('100\n200\n8192');
    const format =
      '{{.LogPath}} {{json .HostConfig.LogConfig}} {{json .HostConfig.Ulimits}} {{.GraphDriver.Data.UpperDir}}';
    const id = await guest.ok("docker inspect -f '{{.Id}}' elsewhere");
    expect(await guest.ok(`docker inspect -f '${format}' elsewhere`)).toMatch(
      new RegExp(
        `^/srv/docker/containers/${id}/${id}-json.log ` +
          '\\{"Type":"json-file","Config":\\{"max-file":"3","max-size":"10k"\\}\\} ' +
          '\\[\\{"Name":"nofile","Hard":200,"Soft":100\\}\\] /srv/docker/overlay2/[0-9a-f]{64}/diff$',
      ),
    );
    expect(await guest.ok('cat /srv/docker/volumes/data/_data/f')).toBe('x');
    expect(await guest.ok('ls /var/lib/docker/containers | wc -l')).toBe('0');
  });

  test('finds what is in the other place again, and the first one after that', async () => {
    await guest.ok('service docker restart');
    expect(await guest.ok("docker ps -a --format '{{.Names}} {{.Image}}'")).toBe('elsewhere busybox');
    expect(await guest.ok('docker start elsewhere && docker wait elsewhere && docker rm elsewhere')).toBe(
      'elsewhere\n0\nelsewhere',
    );
    await configure({});
    expect(await guest.ok("docker info --format '{{.DockerRootDir}}'; docker ps -aq; docker volume ls -q")).toBe(
      '/var/lib/docker',
    );
    expect(await guest.ok('docker run --rm busybox echo here')).toBe('here');
  });

  test('refuses a file that is wrong, in dockerd’s words, and starts when it is repaired', async () => {
    const { exitCode, stderr } = await guest.sh(
      `echo '{"nonsense": 1}' > /etc/docker/daemon.json; service docker restart`,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'unable to configure the Docker daemon with file /etc/docker/daemon.json: ' +
        "the following directives don't match any configuration option: nonsense",
    );
    expect((await guest.sh('docker ps')).exitCode).toBe(1);
    expect(await guest.ok('rm /etc/docker/daemon.json; service docker start')).toBe('Starting Docker: docker.');
    expect(await guest.ok('docker ps -q')).toBe('');
  });

  test('filters as its own seccomp profile says, and tells what it leaves out', async () => {
    const profile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }] };
    await guest.ok(`echo '${JSON.stringify(profile)}' > /etc/docker/no-mkdir.json`);
    await configure({ 'seccomp-profile': '/etc/docker/no-mkdir.json', 'metrics-addr': '127.0.0.1:9323' });
    expect(await guest.ok('docker run --rm busybox sh -c "mkdir /x 2>&1 || true"')).toContain(
      'Operation not permitted',
    );
    expect(await guest.ok('docker run --rm --privileged busybox mkdir /x && echo made')).toBe('made');
    expect(await guest.ok('cat /var/log/docker.log')).toContain(
      'daemon.json: metrics-addr has no effect in this engine',
    );
    await configure({});
    expect(await guest.ok('docker run --rm busybox mkdir /x && echo made')).toBe('made');
  });
});
