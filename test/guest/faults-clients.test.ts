// Clients that vanish or talk nonsense: their sessions and connections go, the engine stays.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine, useTraces } from '../support/traces.ts';

const guest = useGuest();
useTraces(guest);
const SOCKET = '/var/run/docker.sock';

describe('a client that is killed', () => {
  const talk = `sh -c 'while :; do echo ready; sleep 0.1; done'`;
  it.each([
    ['run', `docker run busybox ${talk}`, true],
    ['run -i', `docker run -i busybox ${talk}`, true],
    ['run -t', `docker run -t busybox ${talk}`, true],
    ['start -a', 'docker start -a stopped', true],
    ['attach', 'docker attach talker', true],
    ['exec', `docker exec talker ${talk}`, true],
    ['exec -i', `docker exec -i talker ${talk}`, true],
    ['logs -f', 'docker logs -f talker', true],
    ['events', 'docker events --since 1', true],
    ['wait', 'docker wait talker', false],
    ['stop', 'docker stop -t 1000 deaf', false],
    ['restart', 'docker restart -t 1000 deaf', false],
    ['rm -f', 'docker rm -f deaf', false],
    ['pull', 'docker pull busybox', false],
    ['ps', 'docker ps -a', false],
    ['inspect', 'docker inspect talker', false],
  ])('in %s leaves nothing but what Docker would', async (_, command, talks) => {
    await guest.ok(`
      docker run -d --name talker busybox ${talk}
      docker run -d --name deaf busybox sh -c 'trap "" TERM; while :; do sleep 1000; done'
      docker create --name stopped busybox ${talk}`);
    const output = await guest.ok(`
      rm -f /tmp/out; mkfifo /tmp/in 2>/dev/null; exec 9<>/tmp/in
      ${command} </tmp/in >/tmp/out 2>&1 & client=$!
      until ls -l /proc/$client/fd 2>/dev/null | grep -q /host/cli || ! kill -0 $client 2>/dev/null; do :; done
      ${talks ? 'until [ -s /tmp/out ] || ! kill -0 $client 2>/dev/null; do :; done' : ''}
      kill -9 $client 2>/dev/null; wait $client 2>/dev/null
      exec 9>&-; rm -f /tmp/in /tmp/out
      docker exec talker echo answers`);
    expect(output.split('\n').at(-1)).toBe('answers');
  });
});

describe('the socket', () => {
  /** What the engine says to raw bytes; the first line of it. */
  const say = async (bytes: string, more = ''): Promise<string> => {
    const { stdout } = await guest.sh(`printf '${bytes}' ${more} | timeout 60 nc -N -U ${SOCKET}`);
    return stdout.split('\r\n')[0] ?? '';
  };

  it.each([
    ['no HTTP', 'hello there\\r\\n\\r\\n', 'HTTP/1.1 400 Bad Request'],
    ['a binary greeting', '\\026\\003\\001\\002\\000\\001\\000\\001\\r\\n', 'HTTP/1.1 400 Bad Request'],
    ['half a head', 'GET /_ping HTTP/1.1\\r\\nHost: x', 'HTTP/1.1 400 Bad Request'],
    [
      'half a body',
      'POST /containers/create HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 100\\r\\n\\r\\n{',
      'HTTP/1.1 400 Bad Request',
    ],
    [
      'an unknown transfer encoding',
      'GET / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: bananas\\r\\n\\r\\n',
      'HTTP/1.1 501 Not Implemented',
    ],
    ['a later HTTP', 'GET / HTTP/3.0\\r\\nHost: x\\r\\n\\r\\n', 'HTTP/1.1 505 HTTP Version Not Supported'],
    ['nothing at all', '', ''],
  ])('survives %s', async (_, bytes, answer) => {
    expect(await say(bytes)).toBe(answer);
  });

  it('refuses a head and a body that are too large', async () => {
    const curl = `curl -sS -o /dev/null -w '%{http_code}' --unix-socket ${SOCKET}`;
    expect(await guest.ok(`${curl} -H "X: $(head -c 90000 /dev/zero | tr '\\0' x)" http://localhost/_ping`)).toBe(
      '431',
    );
    const post = `${curl} -X POST -H 'Content-Type: application/json' -H 'Expect:' --data-binary @- http://localhost`;
    expect(await guest.ok(`head -c 40000000 /dev/zero | ${post}/containers/create`)).toBe('400');
  });

  it('answers a client that closed its side', async () => {
    expect(await say('GET /_ping HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')).toBe('HTTP/1.1 200 OK');
    const output = await guest.ok(`
      id=$(docker create -i --name cat busybox cat)
      { printf 'POST /containers/cat/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\nUpgrade: tcp\\r\\n\\r\\n'
        docker start cat >/dev/null; echo 'sent before the end'; } | timeout 60 nc -N -U ${SOCKET} | strings`);
    expect(output).toContain('sent before the end');
  });

  it('serves others while many hang half way, and forgets them when they go', async () => {
    const output = await guest.ok(`
      files() { ls /proc/1/fd | wc -l; }
      before=$(files)
      for i in $(seq 30); do { printf 'GET /_ping HTTP/1.1\\r\\nHo'; exec sleep 1000; } | nc -U ${SOCKET} & done
      until [ $(files) -ge $((before + 30)) ]; do sleep 0.1; done
      for i in $(seq 5); do curl -sS --unix-socket ${SOCKET} http://localhost/_ping; echo; done
      pkill -x nc; pkill -x sleep; wait`);
    expect(output.split('\n')).toEqual(['OK', 'OK', 'OK', 'OK', 'OK']);
  });
});

it('the engine still answers', async () => {
  expect((await callEngine(guest, 'GET', '/version')).status).toBe(200);
});
