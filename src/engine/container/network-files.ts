// /etc/hostname, /etc/hosts and /etc/resolv.conf of a container, kept beside it on the host and mounted into it.
import { giveToRoot } from '../daemon/give-to-root.ts';
import { formatAddress } from '../network/address.ts';
import type { ContainerContext } from './container-context.ts';
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

const utf8 = new TextEncoder();

/** There from the beginning, for `docker cp`, and written anew at each start: addresses change. */
export async function writeNetworkFiles(context: ContainerContext, container: Container): Promise<void> {
  const { files } = context.runtime;
  const texts = await networkFileTexts(container, context.hostFacts, gatewayAddress(context));
  await Promise.all([
    ...Object.entries(texts).map(([path, text]) => files.write(path, utf8.encode(text), { mode: 0o644 })),
    ...Object.keys(texts).map((path) => giveToRoot(context, path)),
  ]);
}

/** Where containers reach the host: the default bridge's own address. */
function gatewayAddress({ networks }: ContainerContext): string {
  return formatAddress(networks.default.bridge?.gateway ?? 0);
}

/** Host path -> text. */
async function networkFileTexts(
  container: Container,
  facts: HostFacts,
  gateway: string,
): Promise<Record<string, string>> {
  const { config, hostConfig, networkFiles } = container;
  const sharesHost = hostConfig.NetworkMode === 'host';
  const [resolvConf, hosts] = await Promise.all([facts.resolvConf(), sharesHost ? facts.hosts() : HOSTS]);
  const texts: Record<string, string> = {
    '/etc/hostname': `${config.Hostname}\n`,
    '/etc/hosts': [
      hosts,
      ...hostConfig.ExtraHosts.map((entry) => extraHostLine(entry, gateway)),
      ...ownLines(container),
    ].join(''),
    '/etc/resolv.conf': resolvConfOf(container, resolvConf),
  };
  return Object.fromEntries(Object.entries(networkFiles).map(([inside, outside]) => [outside, texts[inside] ?? '']));
}

/** Each of its addresses with its name, whole and short. */
export function ownLines({ config, networks }: Container): string[] {
  const whole = config.Domainname === '' ? config.Hostname : `${config.Hostname}.${config.Domainname}`;
  const short = whole.includes('.') ? ` ${whole.slice(0, whole.indexOf('.'))}` : '';
  return [...networks.values()].flatMap(({ endpoint }) =>
    endpoint?.link === undefined ? [] : [`${formatAddress(endpoint.link.address)}\t${whole}${short}\n`],
  );
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
