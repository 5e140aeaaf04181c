// The guest's own door: any program there may speak HTTP to the engine.
import { expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const curl = 'curl -sS --unix-socket /var/run/docker.sock';

it('answers curl over /var/run/docker.sock', async () => {
  const version: unknown = JSON.parse(await guest.ok(`${curl} http://localhost/version`));
  expect(version).toMatchObject({ Version: '28.2.2', ApiVersion: '1.50', Os: 'linux', Arch: '386' });
  expect((version as { KernelVersion: string }).KernelVersion).toBe(await guest.ok('uname -r'));
});

it('creates, starts and removes a container without the client', async () => {
  const output = await guest.ok(`
    docker pull -q busybox
    api=http://localhost/v1.50/containers
    id=$(${curl} -H 'Content-Type: application/json' -d '{"Image":"busybox","Cmd":["sh","-c","echo from curl"]}' $api/create | grep -o '[0-9a-f]\\{64\\}')
    ${curl} -X POST $api/$id/start
    ${curl} -X POST $api/$id/wait
    docker logs $id
    ${curl} -X DELETE -w '%{http_code}' $api/$id`);
  expect(output.split('\n')).toEqual(['docker.io/library/busybox:latest', '{"StatusCode":0}', 'from curl', '204']);
});

it('refuses a malformed body and goes on', async () => {
  expect(
    await guest.ok(
      `${curl} -o /dev/null -w '%{http_code}' -d '{broken' -H 'Content-Type: application/json' http://localhost/containers/create`,
    ),
  ).toBe('400');
  expect(await guest.ok(`${curl} http://localhost/_ping`)).toBe('OK');
});
