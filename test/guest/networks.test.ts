// Networks in the guest's kernel: who reaches whom, by which address, through which rules.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const addressOf = (name: string, network = 'bridge') =>
  guest.ok(`docker inspect -f '{{(index .NetworkSettings.Networks "${network}").IPAddress}}' ${name}`);
/** One packet, one second. */
const ping = (from: string, to: string) => guest.sh(`docker exec ${from} ping -c 1 -W 1 ${to}`);

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('the default network', () => {
  it('is docker0 with its address and the rules of Docker', async () => {
    expect(await guest.ok('ip -4 -o addr show docker0')).toContain('inet 172.17.0.1/16 brd 172.17.255.255');
    expect(await guest.ok('cat /proc/sys/net/ipv4/ip_forward')).toBe('1');
    expect((await guest.ok('iptables -t nat -S')).split('\n')).toEqual(
      expect.arrayContaining([
        '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
        '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
        '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
        '-A DOCKER -i docker0 -j RETURN',
      ]),
    );
    expect((await guest.ok('iptables -S')).split('\n')).toEqual([
      '-P INPUT ACCEPT',
      '-P FORWARD DROP',
      '-P OUTPUT ACCEPT',
      '-N DOCKER',
      '-N DOCKER-BRIDGE',
      '-N DOCKER-CT',
      '-N DOCKER-FORWARD',
      '-N DOCKER-ISOLATION-STAGE-1',
      '-N DOCKER-ISOLATION-STAGE-2',
      '-N DOCKER-USER',
      '-A FORWARD -j DOCKER-USER',
      '-A FORWARD -j DOCKER-FORWARD',
      '-A DOCKER ! -i docker0 -o docker0 -j DROP',
      '-A DOCKER-BRIDGE -o docker0 -j DOCKER',
      '-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A DOCKER-FORWARD -j DOCKER-CT',
      '-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1',
      '-A DOCKER-FORWARD -j DOCKER-BRIDGE',
      '-A DOCKER-FORWARD -i docker0 -j ACCEPT',
      '-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
      '-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP',
    ]);
  });

  it('gives a container eth0, the next address, a route and a line in /etc/hosts', async () => {
    const id = await guest.ok('docker run -d --name one busybox httpd -f -h /etc');
    const [address, mac, gateway] = (
      await guest.ok(
        "docker inspect -f '{{.NetworkSettings.IPAddress}} {{.NetworkSettings.MacAddress}} {{.NetworkSettings.Gateway}}' one",
      )
    ).split(' ');
    expect(address).toMatch(/^172\.17\.0\.\d+$/);
    expect(gateway).toBe('172.17.0.1');
    const link = await guest.ok('docker exec one ip addr show eth0');
    expect(link).toContain(`link/ether ${mac}`);
    expect(link).toContain(`inet ${address}/16 brd 172.17.255.255`);
    expect(link).not.toContain('inet6');
    expect(await guest.ok('docker exec one ip route')).toContain('default via 172.17.0.1 dev eth0');
    expect(await guest.ok('docker exec one cat /etc/hosts')).toContain(`${address}\t${id.slice(0, 12)}`);
    expect(await guest.ok('ip -br link show master docker0')).toMatch(/^veth[0-9a-f]{7}@/);
    expect(await guest.ok(`wget -q -O - http://${address}/hostname`)).toBe(id.slice(0, 12));
  });

  it('lets two containers meet, and takes the cable away with a container', async () => {
    await guest.ok('docker run -d --name two busybox sleep 1000');
    expect(await ping('two', await addressOf('one'))).toMatchObject({ exitCode: 0 });
    expect(await guest.ok(`docker exec two wget -q -O - http://${await addressOf('one')}/hostname`)).toHaveLength(12);
    expect((await guest.ok('ip -br link show master docker0')).split('\n')).toHaveLength(2);
    const left = await addressOf('two');
    await guest.ok('docker rm -f two');
    expect(await guest.ok(`docker run --rm busybox ip -4 -o addr show eth0`)).toContain(`inet ${left}/16`);
    expect((await guest.ok('ip -br link show master docker0')).split('\n')).toHaveLength(1);
  });

  it('names no container, and takes no address from the user', async () => {
    expect((await guest.sh('docker run --rm --ip 172.17.0.9 busybox true')).stderr).toContain(
      'Error response from daemon: invalid config for network bridge: invalid endpoint settings:\n' +
        'user specified IP address is supported on user defined networks only',
    );
  });
});

describe('user-defined networks', () => {
  it('have a bridge, a subnet and containers of their own', async () => {
    const id = await guest.ok(
      'docker network create -d bridge --label a=b --subnet 10.9.0.0/24 --gateway 10.9.0.1 mine',
    );
    expect(await guest.ok(`ip -4 -o addr show br-${id.slice(0, 12)}`)).toContain('inet 10.9.0.1/24');
    expect(await guest.ok('iptables -t nat -S POSTROUTING')).toContain(
      `-A POSTROUTING -s 10.9.0.0/24 ! -o br-${id.slice(0, 12)} -j MASQUERADE`,
    );
    await guest.ok('docker run -d --name fixed --network mine --ip 10.9.0.77 busybox httpd -f -h /etc');
    await guest.ok('docker run -d --name next --network mine busybox sleep 1000');
    expect(await addressOf('next', 'mine')).toBe('10.9.0.2');
    expect(await ping('next', '10.9.0.77')).toMatchObject({ exitCode: 0 });
    expect(
      await guest.ok("docker network inspect -f '{{range .Containers}}{{.Name}} {{.IPv4Address}},{{end}}' mine"),
    ).toMatch(/fixed 10\.9\.0\.77\/24/);
    const taken = await guest.sh('docker run --rm --network mine --ip 10.9.0.77 busybox true');
    expect(taken.stderr).toContain('failed to set up container networking: Address already in use');
    expect(taken.exitCode).toBe(125);
  });

  it('do not reach each other until somebody connects them', async () => {
    const target = await addressOf('one');
    expect(await ping('next', target)).toMatchObject({ exitCode: 1 });
    expect(await ping('one', '10.9.0.77')).toMatchObject({ exitCode: 1 });
    await guest.ok('docker network connect --ip 10.9.0.50 mine one');
    expect(await guest.ok('docker exec one ip -4 -o addr show eth1')).toContain('inet 10.9.0.50/24');
    expect(await ping('one', '10.9.0.77')).toMatchObject({ exitCode: 0 });
    expect(await guest.ok('docker exec one cat /etc/hosts')).toContain('10.9.0.50\t');
    await guest.ok('docker network disconnect mine one');
    expect((await guest.sh('docker exec one ip addr show eth1')).exitCode).toBe(1);
    expect(await ping('one', '10.9.0.77')).toMatchObject({ exitCode: 1 });
    expect(await guest.ok('docker exec one cat /etc/hosts')).not.toContain('10.9.0.50');
  });

  it('stay while containers are on them, and go with their bridge and rules', async () => {
    const bridge = `br-${(await guest.ok('docker network inspect -f {{.Id}} mine')).slice(0, 12)}`;
    const refused = await guest.sh('docker network rm mine');
    expect(refused.stderr).toMatch(
      /^Error response from daemon: error while removing network: network mine has active endpoints \(name:"\w+" id:"[0-9a-f]{12}", name:"\w+" id:"[0-9a-f]{12}"\)\nexit status 1\n$/,
    );
    await guest.ok('docker rm -f fixed next');
    expect(await guest.ok('docker network rm mine')).toBe('mine');
    expect((await guest.sh(`ip link show ${bridge}`)).exitCode).toBe(1);
    expect(await guest.ok('iptables-save')).not.toContain(bridge);
  });

  it('take the next subnets of Docker’s pools', async () => {
    await guest.ok('docker network create first && docker network create second');
    const subnets = await guest.ok(
      "docker network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}' first second",
    );
    expect(subnets.split('\n')).toEqual(['172.18.0.0/16 172.18.0.1', '172.19.0.0/16 172.19.0.1']);
    expect(await guest.ok('docker network prune -f')).toBe('Deleted Networks:\nfirst\nsecond');
  });

  it('with --internal have no way out, with enable_icc=false none to each other', async () => {
    await guest.ok('docker network create --internal inside');
    await guest.ok('docker network create -o com.docker.network.bridge.enable_icc=false apart');
    expect(await guest.ok('docker run --rm --network inside busybox ip route')).not.toContain('default');
    await guest.ok('docker run -d --name a1 --network apart busybox sleep 1000');
    await guest.ok('docker run -d --name a2 --network apart busybox sleep 1000');
    expect(await ping('a1', await addressOf('a2', 'apart'))).toMatchObject({ exitCode: 1 });
    await guest.ok('docker rm -f a1 a2; docker network rm inside apart');
  });
});

describe('published ports', () => {
  it('are reached at every address of the host, and of the loopback through docker-proxy', async () => {
    const id = await guest.ok('docker run -d --name web -p 8080:80 -p 127.0.0.1:8081:80 busybox httpd -f -h /etc');
    const hostname = id.slice(0, 12);
    const urls = ['http://127.0.0.1:8080', 'http://172.17.0.1:8080', 'http://[::1]:8080', 'http://127.0.0.1:8081'];
    for (const url of urls) expect(await guest.ok(`wget -q -O - ${url}/hostname`)).toBe(hostname);
    expect((await guest.sh('wget -q -O - http://172.17.0.1:8081/hostname')).exitCode).not.toBe(0);
    expect(await guest.ok(`docker run --rm busybox wget -q -O - http://172.17.0.1:8080/hostname`)).toBe(hostname);
    const listed = ['80/tcp -> 0.0.0.0:8080', '80/tcp -> 127.0.0.1:8081', '80/tcp -> [::]:8080'];
    expect((await guest.ok('docker port web')).split('\n')).toEqual(listed);
    expect(await guest.ok('docker ps --filter name=web --format "{{.Ports}}"')).toBe(
      '0.0.0.0:8080->80/tcp, 127.0.0.1:8081->80/tcp, [::]:8080->80/tcp',
    );
    const address = await addressOf('web');
    expect(await guest.ok('iptables -t nat -S DOCKER')).toContain(
      `-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination ${address}:80`,
    );
    expect(await guest.ok('iptables -t raw -S PREROUTING')).toContain(
      `-A PREROUTING -d ${address}/32 ! -i docker0 -j DROP`,
    );
    expect((await guest.ok('pgrep -a docker-proxy')).split('\n')[0]).toMatch(
      /docker-proxy -proto tcp -host-ip \S+ -host-port \d+ -container-ip 172\.17\.0\.\d+ -container-port 80$/,
    );
    const again = await guest.sh('docker run --rm -p 8080:80 busybox true');
    expect(again.stderr).toContain('Bind for 0.0.0.0:8080 failed: port is already allocated');
    expect(again.exitCode).toBe(125);
  });

  it('are free again when the container is gone', async () => {
    await guest.ok('docker rm -f web');
    await expect.poll(async () => (await guest.sh('pgrep docker-proxy')).exitCode).toBe(1);
    await expect.poll(() => guest.ok('iptables -t nat -S DOCKER')).not.toContain('DNAT');
    await expect.poll(() => guest.ok('iptables -t raw -S')).not.toContain('-A');
    expect(await guest.ok('docker run --rm -p 8080:80 busybox echo again')).toBe('again');
  });

  it('-P takes high ones for what is exposed, a range the first free one', async () => {
    await guest.ok('docker run -d --name auto -P --expose 80 --expose 53/udp -p 9000-9001:81 busybox sleep 1000');
    const ports = (await guest.ok('docker port auto')).split('\n').filter((line) => line.includes('0.0.0.0'));
    expect(ports).toEqual([
      expect.stringMatching(/^53\/udp -> 0\.0\.0\.0:3\d{4}$/),
      expect.stringMatching(/^80\/tcp -> 0\.0\.0\.0:3\d{4}$/),
      '81/tcp -> 0.0.0.0:9000',
    ]);
    await guest.ok('docker rm -f auto');
  });

  it('carry datagrams, to each address of the host and back', async () => {
    // What comes is what goes; netcat talks to the first who sends something.
    const echo = 'mkfifo /pipe; exec 3<>/pipe; exec chroot /host nc.openbsd -u -l 53 <&3 >&3';
    for (const address of ['127.0.0.1', '172.17.0.1']) {
      await guest.ok(`docker run -d --name echo -p 5353:53/udp -v /:/host:ro busybox sh -c '${echo}'`);
      expect(await guest.ok('docker port echo')).toBe('53/udp -> 0.0.0.0:5353\n53/udp -> [::]:5353');
      await expect.poll(() => guest.ok('docker exec echo cat /proc/net/udp')).toContain(':0035 ');
      const script = `exec 3<>/dev/udp/${address}/5353; echo hello >&3; timeout 5 head -n 1 <&3`;
      expect(await guest.ok(`bash -c '${script}'`)).toBe('hello');
      await guest.ok('docker rm -f echo');
    }
  });

  it('a port that a program of the host has is refused', async () => {
    await guest.ok('busybox nc -l -p 8123 </dev/null >/dev/null 2>&1 & sleep 0');
    await expect.poll(() => guest.ok('ss -ltn')).toContain(':8123');
    const result = await guest.sh('docker run --rm -p 8123:80 busybox true');
    expect(result.stderr).toContain('failed to bind host port 0.0.0.0:8123/tcp: address already in use');
    expect(result.exitCode).toBe(125);
  });
});

describe('other modes', () => {
  it('--network container: shares one stack, and its end takes the network with it', async () => {
    await guest.ok('docker run -d --name joined --network container:one busybox sleep 1000');
    expect(await guest.ok('docker exec joined wget -q -O - http://127.0.0.1/hostname')).toHaveLength(12);
    expect(await guest.ok('docker exec joined ip -4 -o addr show eth0')).toContain(await addressOf('one'));
    await guest.ok('docker stop -t 0 one');
    await expect.poll(async () => (await guest.sh('docker exec joined ip link show eth0')).exitCode).not.toBe(0);
    await guest.ok('docker rm -f joined; docker start one');
  });

  it('host and none', async () => {
    expect(await guest.ok('docker run --rm --network host busybox ip -4 -o addr show docker0')).toContain(
      '172.17.0.1/16',
    );
    expect(await guest.ok('docker run --rm --network none busybox ip -o link')).toMatch(/^1: lo:[^\n]*$/);
  });

  it('a network that is not there', async () => {
    const result = await guest.sh('docker run --rm --network nowhere busybox true');
    expect(result.stderr).toContain('failed to set up container networking: network nowhere not found');
    expect(result.exitCode).toBe(125);
  });
});

describe('a new engine', () => {
  it('finds networks, addresses and ports again, and writes rules anew', async () => {
    await guest.ok('docker network create --subnet 10.8.0.0/24 kept');
    await guest.ok(
      'docker run -d --name served --stop-signal KILL --restart always --network kept -p 8090:80 busybox httpd -f -h /etc',
    );
    await guest.ok('iptables -t nat -F; iptables -A DOCKER-USER -s 1.2.3.4 -j DROP');
    await guest.ok('service docker restart');
    expect(await guest.ok('docker network ls --format "{{.Name}}"')).toBe('bridge\nhost\nkept\nnone');
    await expect.poll(() => guest.ok('docker ps --filter name=served --format {{.State}}')).toBe('running');
    expect(await guest.ok('wget -q -O - http://127.0.0.1:8090/hostname')).toHaveLength(12);
    const rules = await guest.ok('iptables-save');
    expect(rules.match(/-A POSTROUTING -s 10\.8\.0\.0\/24/g)).toHaveLength(1);
    expect(rules.match(/-A FORWARD -j DOCKER-FORWARD/g)).toHaveLength(1);
    expect(rules).toContain('-A DOCKER-USER -s 1.2.3.4/32 -j DROP');
    await guest.ok('docker rm -f served; docker network rm kept');
  });

  it('over containers that go on has their cables and ports where they were', async () => {
    await guest.ok(`echo '{"live-restore": true}' > /etc/docker/daemon.json; service docker restart`);
    await guest.ok('docker run -d --name stays -p 8091:80 busybox httpd -f -h /etc');
    const before = await guest.ok('docker inspect -f "{{json .NetworkSettings}}" stays');
    await guest.ok('service docker restart');
    expect(await guest.ok('docker inspect -f "{{json .NetworkSettings}}" stays')).toBe(before);
    expect(await guest.ok('wget -q -O - http://127.0.0.1:8091/hostname')).toHaveLength(12);
    expect(await guest.ok('docker run --rm busybox ip -4 -o addr show eth0')).not.toContain(await addressOf('stays'));
    await guest.ok('docker rm -f stays');
    expect(await guest.ok('ip -br link show master docker0')).not.toContain('stays');
  });
});
