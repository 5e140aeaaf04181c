// Each curated image does what people pull it for, under its default command.
import { describe, expect, it, vi } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
// These are programs of real size: python alone is sixty megabytes.
vi.setConfig({ testTimeout: 180_000 });

/** Starts a server and asks it from its own network namespace until it answers. */
async function answerOf(image: string, url: string): Promise<string> {
  const id = await guest.ok(`docker run -d ${image}`);
  try {
    const pid = await guest.ok(`docker inspect -f '{{.State.Pid}}' ${id}`);
    return await guest.ok(
      `timeout 100 sh -c 'until nsenter -t ${pid} -n curl -s ${url}; do [ -d /proc/${pid} ] || exit 9; done' || { docker logs ${id}; exit 1; }`,
    );
  } finally {
    await guest.ok(`docker rm -f ${id}`);
  }
}

describe('debian', () => {
  it('is a Debian whose package manager works', async () => {
    expect(await guest.ok('docker run --rm debian cat /etc/debian_version')).toMatch(/^12\.\d+$/);
    expect(await guest.ok(`docker run --rm debian dpkg-query -W -f '\${Status} \${Architecture}' apt`)).toBe(
      'install ok installed i386',
    );
    // A package that somebody broke: dpkg sees it. (Manual pages and translations are left out of the image.)
    expect(
      await guest.ok(
        `docker run --rm debian sh -c 'rm /usr/bin/yes; dpkg --verify coreutils | grep -v /usr/share/; apt-cache policy apt | head -2'`,
      ),
    ).toMatch(/^missing\s+\/usr\/bin\/yes\napt:\n {2}Installed: \d/);
  });
});

describe('servers answer', () => {
  it('nginx', async () => expect(await answerOf('nginx', 'http://127.0.0.1/')).toContain('Welcome to nginx!'));
  it('httpd', async () => expect(await answerOf('httpd', 'http://127.0.0.1/')).toContain('It works!'));
  it('registry', async () => expect(await answerOf('registry', 'http://127.0.0.1:5000/v2/')).toBe('{}'));
  it('whoami', async () => {
    const answer = await answerOf('--hostname lesson whoami --name first', 'http://127.0.0.1/path');
    expect(answer).toMatch(/^Name: first\nHostname: lesson\nIP: 127\.0\.0\.1\n/);
    expect(answer).toMatch(/^RemoteAddr: 127\.0\.0\.1:\d+\nGET \/path HTTP\/1\.1\n/m);
  });
  it('redis', async () => {
    const id = await guest.ok('docker run -d redis');
    const reply = await guest.ok(
      `docker exec ${id} sh -c 'until redis-cli set lesson 1 >/dev/null 2>&1; do :; done; redis-cli incr lesson; id -un; stat -c %U /proc/1'`,
    );
    expect(reply).toBe('2\nroot\nredis');
    await guest.ok(`docker rm -f -v ${id}`);
  });
});

describe('python', () => {
  it('runs a program', async () => {
    const program = 'import json; print(json.dumps({"a": 6 * 7}))';
    expect(await guest.ok(`docker run --rm python python -c '${program}'`)).toBe('{"a": 42}');
  });
  it('reads one by default', async () => {
    expect((await guest.sh(`echo 'print(6 * 7)' | docker run -i --rm python`)).stdout).toBe('42\n');
  });
});

describe('all of them', () => {
  it('share the Debian layer, stored and mounted once', async () => {
    const first = `docker image inspect -f '{{index .RootFS.Layers 0}}' debian nginx httpd redis registry python`;
    expect(new Set((await guest.ok(first)).split('\n')).size).toBe(1);
  });
});
