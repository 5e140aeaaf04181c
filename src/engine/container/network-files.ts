// /etc/hostname, /etc/hosts and /etc/resolv.conf of a container, kept beside it on the host and mounted into it.
import { giveToRoot } from '../daemon/give-to-root.ts';
import { formatAddress } from '../network/address.ts';
import { resolvConfOf } from '../network/dns/container-names.ts';
import { linkLines } from '../network/links/link-hosts.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { extraHostLine } from './extra-hosts.ts';

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
  const texts = await networkFileTexts(context, container);
  await Promise.all([
    ...Object.entries(texts).map(([path, text]) => files.write(path, utf8.encode(text), { mode: 0o644 })),
    ...Object.keys(texts).map((path) => giveToRoot(context, path)),
  ]);
}

/**
 * Of a container that runs and was connected or disconnected. What somebody in it made of resolv.conf stays.
 * @param resolvConf what it was made as; left out when it stays as it is
 */
export async function updateNetworkFiles(
  context: ContainerContext,
  container: Container,
  resolvConf?: string,
): Promise<void> {
  const { files } = context.runtime;
  const { '/etc/hosts': hosts = '', '/etc/resolv.conf': resolv = '' } = container.networkFiles;
  const [texts, found] = await Promise.all([
    networkFileTexts(context, container),
    resolvConf === undefined ? undefined : files.read(resolv),
  ]);
  const isOurs = found !== undefined && new TextDecoder().decode(found) === resolvConf;
  const changed = isOurs ? [hosts, resolv] : [hosts];
  await Promise.all(changed.map((path) => files.write(path, utf8.encode(texts[path] ?? ''), { mode: 0o644 })));
}

/** Where containers reach the host: the default bridge's own address, unless daemon.json names another. */
function gatewayAddress({ networks, daemon }: ContainerContext): string {
  const { gateway } = networks.default?.bridge ?? {};
  return daemon.hostGateways[0] ?? (gateway === undefined ? '' : formatAddress(gateway));
}

/** Host path -> text. */
async function networkFileTexts(context: ContainerContext, container: Container): Promise<Record<string, string>> {
  const { config, hostConfig, networkFiles } = container;
  const sharesHost = hostConfig.NetworkMode === 'host';
  const [resolvConf, hosts] = await Promise.all([
    resolvConfOf(context, container),
    sharesHost ? context.hostFacts.hosts() : HOSTS,
  ]);
  const gateway = gatewayAddress(context);
  const texts: Record<string, string> = {
    '/etc/hostname': `${config.Hostname}\n`,
    '/etc/hosts': [
      hosts,
      ...hostConfig.ExtraHosts.map((entry) => extraHostLine(entry, gateway)),
      ...linkLines(context, container),
      ...ownLines(container),
    ].join(''),
    '/etc/resolv.conf': resolvConf.text,
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
