// Names of containers in the guest: what programs in containers get from the DNS server at 127.0.0.11, and through which rules.
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { formatAddress } from '../../src/engine/network/address.ts';
import { encodeFailure, encodeReply, parseIncoming, RCODE, TYPE } from '../../src/engine/network/dns/message.ts';
import { serveMessages } from '../../src/engine/network/dns/tcp-messages.ts';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const addressOf = (name: string, network: string) =>
  guest.ok(`docker inspect -f '{{(index .NetworkSettings.Networks "${network}").IPAddress}}' ${name}`);
/** Of one type, from within a container: addresses, or the server's answer to a name that nobody has. */
async function look(from: string, name: string, type: 'a' | 'aaaa' | 'ptr' = 'a'): Promise<string[]> {
  // Given an address and no type, nslookup asks for its name.
  const option = type === 'ptr' ? '' : `-type=${type}`;
  const { stdout } = await guest.sh(`docker exec ${from} nslookup ${option} ${name}`);
  const [, ...answer] = stdout.split('\n\n');
  const text = answer.join('\n');
  const failure = /: (NXDOMAIN|SERVFAIL)/.exec(stdout)?.[1];
  const found = [...text.matchAll(/^(?:Address: |.*name = )(\S+)$/gm)].map(([, value = '']) => value);
  return failure === undefined ? found.toSorted() : [failure];
}

/** For printf: a question for the address of a name, after its length. */
function question(id: number, name: string): string {
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;
  const bytes = [0, name.length + 18, 0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length];
  return [...bytes.map(octal), name, ...[0, 0, 1, 0, 1].map(octal)].join('');
}

/** A DNS server on the guest's host that knows outside.test and nobody else. @returns who asked, as it goes */
async function serveNames(address: string): Promise<string[]> {
  const asked: string[] = [];
  const { sockets } = guest.drydock.machine.runtime;
  const answer = (message: Uint8Array): Uint8Array | undefined => {
    const incoming = parseIncoming(message);
    if (incoming === undefined || !('query' in incoming)) return undefined;
    const data = Uint8Array.of(10, 99, 99, 99);
    return incoming.query.question.name === 'outside.test.'
      ? encodeReply(incoming.query, [{ type: TYPE.A, data, ttlS: 1 }], 512)
      : encodeFailure(incoming.query, RCODE.nameError);
  };
  const socket = await sockets.datagrams({ address, port: 53 }, async ({ content, ...from }) => {
    asked.push(`udp ${formatAddress(from.address)}`);
    const reply = answer(content);
    if (reply !== undefined) socket.send({ ...from, content: reply });
  });
  await sockets.listen({ address, port: 53 }, (connection) => {
    asked.push('tcp');
    void serveMessages(connection, systemClock(), async (message) => answer(message));
  });
  return asked;
}

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
  await guest.ok('docker network create --subnet 10.5.0.0/24 front');
  await guest.ok('docker run -d --name web --network front --network-alias api busybox httpd -f -h /etc');
  await guest.ok('docker run -d --name client --network front --network-alias api -h workbench busybox sleep 100000');
});

describe('on a user-defined network', () => {
  it('containers find each other by name, alias, id, host name and with the network’s name', async () => {
    const [web, client] = [await addressOf('web', 'front'), await addressOf('client', 'front')];
    const id = (await guest.ok('docker inspect -f {{.Id}} web')).slice(0, 12);
    for (const name of ['web', 'WEB', 'web.front', id, `${id}.front`])
      expect(await look('client', name)).toEqual([web]);
    expect(await look('web', 'client')).toEqual([client]);
    expect(await look('web', 'workbench')).toEqual([client]);
    expect(await look('web', 'api')).toEqual([web, client].toSorted());
    expect(await guest.ok('docker exec client ping -c 1 -W 1 web')).toContain(`PING web (${web})`);
    expect(await guest.ok('docker exec client wget -q -O - http://web.front/hostname')).toBe(id);
  });

  it('addresses have names, and names have no IPv6', async () => {
    const web = await addressOf('web', 'front');
    expect(await look('client', web, 'ptr')).toEqual(['web.front']);
    expect(await look('client', 'web', 'aaaa')).toEqual([]);
    expect(await guest.ok('docker exec client nslookup -type=aaaa web')).not.toContain("can't");
  });

  it('unknown names are answered at once when there is nobody to ask', async () => {
    expect(await look('client', 'nobody')).toEqual(['SERVFAIL']);
    expect(await guest.sh('docker exec client ping -c 1 -W 1 nobody')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("ping: bad address 'nobody'"),
    });
  });

  it('the server is at 127.0.0.11, on ports of its own that rules lead to', async () => {
    expect(await guest.ok('docker exec client cat /etc/resolv.conf')).toBe(
      '# Generated by Docker Engine.\n# This file can be edited; Docker Engine will not make further changes once it\n' +
        '# has been modified.\n\nnameserver 127.0.0.11\noptions ndots:0\n\n' +
        "# Based on host file: '/etc/resolv.conf' (internal resolver)\n# NO EXTERNAL NAMESERVERS DEFINED\n" +
        '# Overrides: []\n# Option ndots from: internal',
    );
    const within = 'nsenter -n -t $(docker inspect -f {{.State.Pid}} client)';
    const [udp, tcp] = await Promise.all(
      ['u', 't'].map(async (kind) => {
        const sockets = await guest.ok(`${within} ss -ln${kind}H src 127.0.0.11`);
        return /127\.0\.0\.11:(\d+)/.exec(sockets)?.[1];
      }),
    );
    expect((await guest.ok(`${within} iptables -t nat -S`)).split('\n').slice(4)).toEqual([
      '-N DOCKER_OUTPUT',
      '-N DOCKER_POSTROUTING',
      '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
      '-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING',
      `-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:${tcp}`,
      `-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:${udp}`,
      `-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport ${tcp} -j SNAT --to-source :53`,
      `-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport ${udp} -j SNAT --to-source :53`,
    ]);
  });

  it('answers over TCP, one question after the other, and outlives what is none', async () => {
    const reply = await guest.ok(
      `docker exec client sh -c "printf '${question(1, 'web')}${question(2, 'web')}' | nc -w 2 127.0.0.11 53 | od -An -v -tx1"`,
    );
    const address = (await addressOf('web', 'front'))
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'));
    const bytes = reply.split(/\s+/).join(' ');
    expect(bytes).toMatch(/^00 25 00 01 81 80 00 01 00 01 /);
    expect(bytes.match(new RegExp(`00 04 ${address.join(' ')}`, 'g'))).toHaveLength(2);
    await guest.ok(
      `docker exec client sh -c 'for i in 1 2 3; do head -c 300 /dev/urandom | nc -u -w 1 127.0.0.11 53; done; head -c 3000 /dev/urandom | nc -w 1 127.0.0.11 53' >/dev/null`,
    );
    expect(await look('client', 'web')).toHaveLength(1);
  });

  it('follows rename, stop, start and removal', async () => {
    await guest.ok('docker rename web site');
    expect(await look('client', 'site')).toHaveLength(1);
    expect(await look('client', 'web')).toEqual(['SERVFAIL']);
    await guest.ok('docker stop -t 0 site');
    expect(await look('client', 'site')).toEqual(['SERVFAIL']);
    await guest.ok('docker start site');
    expect(await look('client', 'site')).toHaveLength(1);
    expect(await look('site', 'client')).toHaveLength(1);
    await guest.ok('docker run -d --name brief --network front busybox sleep 1000');
    expect(await look('client', 'brief')).toHaveLength(1);
    await guest.ok('docker rm -f brief');
    expect(await look('client', 'brief')).toEqual(['SERVFAIL']);
    await guest.ok('docker rename site web');
  });
});

describe('elsewhere', () => {
  it('the default bridge knows no names', async () => {
    await guest.ok('docker run -d --name plain busybox sleep 100000');
    expect(await guest.ok('docker exec plain cat /etc/resolv.conf')).toContain('(legacy)\n# Used default nameservers.');
    const within = 'nsenter -n -t $(docker inspect -f {{.State.Pid}} plain)';
    expect(await guest.ok(`${within} ss -lntuH`)).toBe('');
    expect(await guest.ok(`${within} iptables -t nat -S`)).not.toContain('DOCKER');
  });

  it('other networks are other names, and connect brings them', async () => {
    await guest.ok('docker network create back');
    await guest.ok('docker run -d --name store --network back busybox sleep 100000');
    expect(await look('client', 'store')).toEqual(['SERVFAIL']);
    await guest.ok('docker network connect --alias shelf back client');
    expect(await look('client', 'store')).toEqual([await addressOf('store', 'back')]);
    expect(await look('store', 'shelf')).toEqual([await addressOf('client', 'back')]);
    expect(await look('store', 'web')).toEqual(['SERVFAIL']);
    await guest.ok('docker network disconnect back client');
    expect(await look('client', 'store')).toEqual(['SERVFAIL']);
    expect(await look('store', 'shelf')).toEqual(['SERVFAIL']);
    expect(await look('client', 'web')).toHaveLength(1);
  });

  it('a container of the default bridge learns names when it is connected', async () => {
    await guest.ok('docker network connect front plain');
    expect(await guest.ok('docker exec plain cat /etc/resolv.conf')).toContain('nameserver 127.0.0.11');
    expect(await look('plain', 'web')).toHaveLength(1);
    expect(await look('client', 'plain')).toHaveLength(1);
    await guest.ok('docker rm -f plain');
  });

  it('--network container: asks the same server', async () => {
    const found = await guest.ok('docker run --rm --network container:client busybox nslookup -type=a web');
    expect(found).toContain(await addressOf('web', 'front'));
  });
});

describe('names that are not Docker’s', () => {
  it('are asked of --dns servers from the container, and of the host’s from the host', async () => {
    const asked = await serveNames('10.5.0.1');
    await guest.ok('docker run -d --name asks --network front --dns 10.5.0.1 busybox sleep 100000');
    expect(await look('asks', 'outside.test')).toEqual(['10.99.99.99']);
    expect(await look('asks', 'nobody.test')).toEqual(['NXDOMAIN']);
    expect(await look('asks', 'web')).toHaveLength(1);
    expect(await guest.ok('docker exec asks cat /etc/resolv.conf')).toContain(
      '# ExtServers: [10.5.0.1]\n# Overrides: [nameservers]',
    );
    expect(new Set(asked)).toEqual(new Set([`udp ${await addressOf('asks', 'front')}`]));
    await guest.ok(`docker exec asks sh -c "printf '${question(1, 'outside')}' | nc -w 2 127.0.0.11 53"`);
    expect(asked.at(-1)).toBe('tcp');
    await guest.ok('echo nameserver 10.5.0.1 > /etc/resolv.conf; docker kill $(docker ps -q); service docker restart');
    await guest.ok('docker start client web');
    expect(await look('client', 'outside.test')).toEqual(['10.99.99.99']);
    // As the host itself: its own addresses are masqueraded, too.
    expect(asked.at(-1)).toBe('udp 172.17.0.1');
    expect(await guest.ok('docker exec client cat /etc/resolv.conf')).toContain('# ExtServers: [host(10.5.0.1)]');
    await guest.ok(
      'docker network create --internal inside && docker run -d --name shut --network inside busybox sleep 1000',
    );
    expect(await look('shut', 'outside.test')).toEqual(['SERVFAIL']);
    await guest.ok('docker rm -f shut asks; docker network rm inside');
  });

  it('--dns-search and --dns-option have their effect', async () => {
    const conf = await guest.ok(
      'docker run --rm --network front --dns-search front --dns-option ndots:1 busybox cat /etc/resolv.conf',
    );
    expect(conf).toContain('nameserver 127.0.0.11\nsearch front\noptions ndots:1\n');
    const run = 'docker run --rm --network front --dns-search front --dns-option ndots:1 busybox';
    expect(await guest.ok(`${run} ping -c 1 -W 1 web`)).toContain('PING web (');
  });
});

describe('another engine', () => {
  it('over containers that go on answers at the same ports', async () => {
    await guest.ok(
      `echo '{"live-restore": true}' > /etc/docker/daemon.json; docker kill $(docker ps -q); service docker restart; docker start client web`,
    );
    const rules = 'nsenter -n -t $(docker inspect -f {{.State.Pid}} client) iptables -t nat -S';
    const before = await guest.ok(rules);
    await guest.ok('service docker stop');
    const pid = await guest.ok('pgrep -f "sleep 100000" | head -1');
    expect(await guest.ok(`nsenter -n -t ${pid} ss -lnuH`)).toBe('');
    await guest.ok('service docker start');
    expect(await look('client', 'web')).toEqual([await addressOf('web', 'front')]);
    expect(await look('web', 'client')).toEqual([await addressOf('client', 'front')]);
    expect(await guest.ok(rules)).toBe(before);
    expect(guest.log.filter((line) => line.includes('DNS'))).toEqual([]);
  });
});
