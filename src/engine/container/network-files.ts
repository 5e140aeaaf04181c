// /etc/hostname, /etc/hosts and /etc/resolv.conf of a container, kept beside it on the host and mounted into it.
import type { Container } from './container.ts';
import { extraHostLine } from './extra-hosts.ts';
import type { HostFacts } from './host-facts.ts';

const HOSTS = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** Where containers reach the host: the default bridge's own address. */
const GATEWAY = '172.17.0.1';

/** Host path -> text. */
export async function networkFileTexts(container: Container, facts: HostFacts): Promise<Record<string, string>> {
  const { config, hostConfig, networkFiles } = container;
  const sharesHost = hostConfig.NetworkMode === 'host';
  const [resolvConf, hosts] = await Promise.all([facts.resolvConf(), sharesHost ? facts.hosts() : HOSTS]);
  const texts: Record<string, string> = {
    '/etc/hostname': `${config.Hostname}\n`,
    '/etc/hosts': hosts + hostConfig.ExtraHosts.map((entry) => extraHostLine(entry, GATEWAY)).join(''),
    '/etc/resolv.conf': resolvConfOf(container, resolvConf),
  };
  return Object.fromEntries(Object.entries(networkFiles).map(([inside, outside]) => [outside, texts[inside] ?? '']));
}

function resolvConfOf({ hostConfig }: Container, ofHost: string): string {
  const { Dns, DnsSearch, DnsOptions } = hostConfig;
  if (Dns.length + DnsSearch.length + DnsOptions.length === 0) return ofHost;
  const kept = ofHost
    .split('\n')
    .filter((line) => {
      const [word = ''] = line.trim().split(/\s+/, 1);
      return (
        (word === 'nameserver' && Dns.length === 0) ||
        (word === 'search' && DnsSearch.length === 0) ||
        (word === 'options' && DnsOptions.length === 0)
      );
    })
    .map((line) => `${line}\n`);
  return [
    ...Dns.map((server) => `nameserver ${server}\n`),
    ...(DnsSearch.length > 0 ? [`search ${DnsSearch.join(' ')}\n`] : []),
    ...(DnsOptions.length > 0 ? [`options ${DnsOptions.join(' ')}\n`] : []),
    ...kept,
  ].join('');
}
