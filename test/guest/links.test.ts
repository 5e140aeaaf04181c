// `docker run --link` on the default network: names, variables and rules that one container has of another.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useGuest } from '../support/guest.ts';

vi.setConfig({ testTimeout: 120_000 });

const guest = useGuest();
const addressOf = (name: string) => guest.ok(`docker inspect -f '{{.NetworkSettings.IPAddress}}' ${name}`);
const server = 'busybox httpd -f -h /etc';

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
  // It ends at once when a daemon stops.
  await guest.ok(`docker run -d --name db --stop-signal KILL -h dbhost -e PASSWORD=secret --expose 80 ${server}`);
});

describe('a link', () => {
  it('makes the other container known by name, in /etc/hosts and in variables', async () => {
    await guest.ok('docker run -d --name web --link db:store busybox sleep 1000');
    const address = await addressOf('db');
    expect(await guest.ok('docker exec web cat /etc/hosts')).toContain(`${address}\tstore dbhost db\n`);
    for (const name of ['store', 'db', 'dbhost']) {
      expect(await guest.ok(`docker exec web wget -q -O - http://${name}/hostname`)).toBe('dbhost');
    }
    const variables = (text: string) => text.split('\n').filter((line) => line.startsWith('STORE_'));
    const expected = [
      `STORE_PORT=tcp://${address}:80`,
      `STORE_PORT_80_TCP=tcp://${address}:80`,
      `STORE_PORT_80_TCP_ADDR=${address}`,
      'STORE_PORT_80_TCP_PORT=80',
      'STORE_PORT_80_TCP_PROTO=tcp',
      'STORE_NAME=/web/store',
      'STORE_ENV_PASSWORD=secret',
    ];
    expect(variables(await guest.ok('docker exec web env'))).toEqual(expected);
    expect(variables(await guest.ok('docker exec web sh -c \'tr "\\\\0" "\\\\n" < /proc/1/environ\''))).toEqual(
      expected,
    );
  });

  it('is a name of the other container', async () => {
    expect(await guest.ok('docker ps --filter name=^/db$ --format "{{.Names}}"')).toBe('db');
    expect(await guest.ok('docker ps --no-trunc --filter name=^/db$ --format "{{.Names}}"')).toBe('db,web/store');
    expect(await guest.ok("docker inspect -f '{{.HostConfig.Links}}' web")).toBe('[/db:/web/store]');
    expect(await guest.ok('docker exec web/store cat /etc/hostname')).toBe('dbhost');
  });

  it('follows it to its next address', async () => {
    const before = await addressOf('db');
    await guest.ok('docker stop -t 0 db; docker run -d --name thief busybox sleep 1000; docker start db');
    const after = await addressOf('db');
    expect(after).not.toBe(before);
    expect(await guest.ok('docker exec web cat /etc/hosts')).toContain(`${after}\tstore dbhost db\n`);
    expect(await guest.ok('docker exec web wget -q -O - http://store/hostname')).toBe('dbhost');
    await guest.ok('docker rm -f thief');
  });

  it('is taken away with rm --link, and cannot do without the other container', async () => {
    await guest.ok('docker rm --link web/store');
    expect(await guest.ok('docker exec web cat /etc/hosts')).not.toContain('store');
    expect(await guest.ok("docker inspect -f '{{.HostConfig.Links}}' web")).toBe('[]');
    await guest.ok('docker rm -f web; docker create --name web --link db:store busybox; docker stop -t 0 db');
    const refused = await guest.sh('docker start web');
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr:
        'Error response from daemon: Cannot link to a non running container: /db AS /web/store\n' +
        'Error: failed to start containers: web\n',
    });
    await guest.ok('docker rm web; docker start db');
  });

  it('opens exposed ports, and only those, where containers are kept apart', async () => {
    await guest.ok(`echo '{"icc": false}' > /etc/docker/daemon.json; service docker restart; docker start db`);
    await guest.ok('docker exec db sh -c "httpd -p 81 -h /etc"');
    const address = await addressOf('db');
    await guest.ok('docker run -d --name web --link db busybox sleep 1000');
    await guest.ok('docker run -d --name other busybox sleep 1000');
    const get = (from: string, port: number) =>
      guest.sh(`docker exec ${from} timeout 2 wget -q -O - http://${address}:${port}/hostname`);
    expect(await get('web', 80)).toMatchObject({ exitCode: 0, stdout: 'dbhost\n' });
    expect((await get('web', 81)).exitCode).not.toBe(0);
    expect((await get('other', 80)).exitCode).not.toBe(0);
    const own = await addressOf('web');
    const rules = () => guest.ok('iptables -S DOCKER');
    expect(await rules()).toContain(
      `-A DOCKER -s ${own}/32 -d ${address}/32 -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT\n` +
        `-A DOCKER -s ${address}/32 -d ${own}/32 -i docker0 -o docker0 -p tcp -m tcp --sport 80 -j ACCEPT`,
    );
    await guest.ok('docker rm -f web other');
    await expect.poll(rules).not.toContain(own);
  });
});
