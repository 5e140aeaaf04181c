// What daemon.json says of networks, in the guest's kernel: each setting after a restart of the engine, and without it again.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useGuest } from '../support/guest.ts';

vi.setConfig({ testTimeout: 180_000 });

const guest = useGuest();
// The service is back before the engine has taken over what there is; a request waits for that.
const RESTART = 'service docker restart; docker version > /dev/null';
const configure = (config: object): Promise<string> =>
  guest.ok(`echo '${JSON.stringify(config)}' > /etc/docker/daemon.json; ${RESTART}`);
const addressOf = (name: string) => guest.ok(`docker inspect -f '{{.NetworkSettings.IPAddress}}' ${name}`);

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('the default network', () => {
  it('has the address, range and MTU of daemon.json', async () => {
    const before = await guest.ok('docker network inspect -f {{.Id}} bridge');
    await configure({ bip: '10.9.0.1/24', 'fixed-cidr': '10.9.0.64/26', mtu: 1400 });
    const link = await guest.ok('ip addr show docker0');
    expect(link).toMatch(/mtu 1400 [^]*inet 10\.9\.0\.1\/24 brd 10\.9\.0\.255/);
    expect(link).not.toContain('172.17.');
    const inside = await guest.ok('docker run --rm busybox sh -c "ip addr show eth0; ip route"');
    expect(inside).toContain('mtu 1400');
    expect(inside).toContain('inet 10.9.0.64/24 brd 10.9.0.255');
    expect(inside).toContain('default via 10.9.0.1 dev eth0');
    expect(await guest.ok("docker network inspect -f '{{json .IPAM.Config}}' bridge")).toBe(
      '[{"Subnet":"10.9.0.0/24","IPRange":"10.9.0.64/26","Gateway":"10.9.0.1"}]',
    );
    expect(await guest.ok('docker network inspect -f {{.Id}} bridge')).not.toBe(before);
    const nat = await guest.ok('iptables -t nat -S POSTROUTING');
    expect(nat).toContain('-A POSTROUTING -s 10.9.0.0/24 ! -o docker0 -j MASQUERADE');
  });

  it('goes on with the address of docker0 when nothing says another, and has the usual one when docker0 is gone', async () => {
    await configure({});
    expect(await guest.ok('ip addr show docker0')).toMatch(/mtu 1500 [^]*inet 10\.9\.0\.1\/24/);
    expect(await guest.ok('docker run --rm busybox ip -4 -o addr show eth0')).toContain('inet 10.9.0.2/24');
    await guest.ok('service docker stop; ip link del docker0; service docker start; docker version > /dev/null');
    expect(await guest.ok('ip -4 -o addr show docker0')).toContain('inet 172.17.0.1/16');
    expect(await guest.ok('docker run --rm busybox ip -4 -o addr show eth0')).toContain('inet 172.17.0.2/16');
  });

  it('stays as it is while containers run on it', async () => {
    await configure({ 'live-restore': true });
    await guest.ok('docker run -d --name stays busybox sleep 1000');
    await configure({ 'live-restore': true, bip: '10.9.0.1/24' });
    expect(await guest.ok('ip -4 -o addr show docker0')).toContain('inet 172.17.0.1/16');
    expect(await guest.ok('docker run --rm busybox ip -4 -o addr show eth0')).toContain('inet 172.17.0.3/16');
    expect(await guest.ok('cat /var/log/docker.log')).toContain(
      'there are running containers, updated network configuration will not take affect',
    );
    await guest.ok(`docker stop -t 0 stays; ${RESTART}`);
    expect(await guest.ok('ip -4 -o addr show docker0')).toContain('inet 10.9.0.1/24');
    await guest.ok('docker start stays');
    expect(await addressOf('stays')).toBe('10.9.0.2');
    await guest.ok('docker rm -f stays');
  });

  it('has a router of its own with default-gateway', async () => {
    await configure({ bip: '172.17.0.1/16', 'default-gateway': '172.17.0.254' });
    expect(await guest.ok('docker run --rm busybox ip route')).toContain('default via 172.17.0.254 dev eth0');
  });

  it('keeps containers apart with icc=false, and hides none of them without ip-masq', async () => {
    await configure({ icc: false, 'ip-masq': false });
    await guest.ok('docker run -d --name target busybox sleep 1000');
    expect(await guest.sh(`docker run --rm busybox ping -c 1 -W 1 ${await addressOf('target')}`)).toMatchObject({
      exitCode: 1,
    });
    expect(await guest.ok('iptables -S DOCKER-FORWARD')).toContain('-A DOCKER-FORWARD -i docker0 -o docker0 -j DROP');
    expect(await guest.ok('iptables -t nat -S POSTROUTING')).not.toContain('172.17.0.0/16');
    await guest.ok('docker rm -f target');
  });

  it('is none with "bridge": "none", and the user’s bridge with its name', async () => {
    await configure({ bridge: 'none' });
    expect(await guest.ok('docker network ls --format "{{.Name}}"')).toBe('host\nnone');
    expect((await guest.sh('ip link show docker0')).exitCode).not.toBe(0);
    expect(await guest.ok('docker run --rm busybox ip -o link')).toMatch(/^1: lo:[^\n]*$/);
    await guest.ok('ip link add br0 type bridge; ip addr add 10.44.0.1/24 dev br0; ip link set br0 up');
    await configure({ bridge: 'br0' });
    expect(await guest.ok('docker run --rm busybox ip -4 -o addr show eth0')).toContain('inet 10.44.0.2/24');
    expect((await guest.sh('ip link show docker0')).exitCode).not.toBe(0);
    await guest.ok('service docker stop; ip link del br0');
  });
});

describe('published ports', () => {
  it('listen where "ip" says', async () => {
    await configure({ ip: '127.0.0.1' });
    await guest.ok('docker run -d --name web -p 8080:80 busybox httpd -f -h /etc');
    expect(await guest.ok('docker port web')).toBe('80/tcp -> 127.0.0.1:8080');
    expect((await guest.sh('timeout 2 wget -q -O - http://172.17.0.1:8080/hostname')).exitCode).not.toBe(0);
    await guest.ok('docker rm -f web');
  });

  it('are reached without docker-proxy by rules alone, by the container itself too', async () => {
    await configure({ 'userland-proxy': false, 'live-restore': true });
    await guest.ok('docker run -d --name web -p 8080:80 -p 127.0.0.1:8081:80 busybox httpd -f -h /etc');
    expect((await guest.sh('pgrep docker-proxy')).exitCode).toBe(1);
    for (const where of ['127.0.0.1:8080', '172.17.0.1:8080', '127.0.0.1:8081']) {
      expect(await guest.ok(`timeout 5 wget -q -O - http://${where}/hostname`)).toHaveLength(12);
    }
    expect(await guest.ok('docker exec web timeout 5 wget -q -O - http://172.17.0.1:8080/hostname')).toHaveLength(12);
    const rules = () => guest.ok('iptables-save | grep -v "^[:#]" | sort');
    const before = await rules();
    await guest.ok(RESTART);
    expect(await rules()).toBe(before);
    await guest.ok('docker rm -f web');
    await expect.poll(rules).not.toContain('8081');
  });

  it('have no rules at all with iptables=false', async () => {
    await guest.ok('service docker stop; iptables -F; iptables -X; iptables -t nat -F; iptables -t nat -X');
    await configure({ iptables: false });
    await guest.ok('docker run -d --name web -p 8080:80 busybox httpd -f -h /etc');
    expect(await guest.ok('iptables-save | grep -c DOCKER || true')).toBe('0');
    expect(await guest.ok('wget -q -O - http://127.0.0.1:8080/hostname')).toHaveLength(12);
    await guest.ok('docker rm -f web');
  });
});

describe('forwarding', () => {
  it('is turned on unless ip-forward is false, with or without a policy', async () => {
    const forwarding = '/proc/sys/net/ipv4/ip_forward';
    const off = `service docker stop; echo 0 > ${forwarding}; iptables -P FORWARD ACCEPT`;
    await guest.ok(off);
    await configure({ 'ip-forward': false });
    expect(await guest.ok(`cat ${forwarding}; iptables -S FORWARD | head -1`)).toBe('0\n-P FORWARD ACCEPT');
    await configure({ 'ip-forward-no-drop': true });
    expect(await guest.ok(`cat ${forwarding}; iptables -S FORWARD | head -1`)).toBe('1\n-P FORWARD ACCEPT');
    await guest.ok(off);
    await configure({});
    expect(await guest.ok(`cat ${forwarding}; iptables -S FORWARD | head -1`)).toBe('1\n-P FORWARD DROP');
  });
});

describe('names and subnets', () => {
  it('come from dns, dns-search, dns-opts and host-gateway-ips unless a container says others', async () => {
    await configure({
      dns: ['9.9.9.9'],
      'dns-search': ['a.test'],
      'dns-opts': ['ndots:2'],
      'host-gateway-ips': ['10.1.2.3'],
    });
    expect((await guest.ok('docker run --rm busybox cat /etc/resolv.conf')).split('\n')).toEqual(
      expect.arrayContaining(['nameserver 9.9.9.9', 'search a.test', 'options ndots:2']),
    );
    const own = await guest.ok('docker run --rm --dns 8.8.8.8 busybox cat /etc/resolv.conf');
    expect(own).toContain('nameserver 8.8.8.8');
    expect(own).not.toContain('9.9.9.9');
    expect(own).toContain('search a.test');
    expect(await guest.ok('docker run --rm --add-host me:host-gateway busybox cat /etc/hosts')).toContain(
      '10.1.2.3\tme',
    );
  });

  it('of networks come from default-address-pools, docker0’s too', async () => {
    await configure({ 'default-address-pools': [{ base: '10.50.0.0/16', size: 24 }] });
    await guest.ok('docker network create pooled');
    expect(await guest.ok('ip -4 -o addr show docker0')).toContain('inet 10.50.0.1/24');
    expect(await guest.ok("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' pooled")).toBe('10.50.1.0/24');
    expect(await guest.ok('docker info')).toContain('   Base: 10.50.0.0/16, Size: 24');
    await guest.ok('docker network rm pooled');
  });
});
