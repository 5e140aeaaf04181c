// With icc=false a link opens the exposed ports of the other container, and their answers: nothing else.
// Source: moby libnetwork/drivers/bridge (link), internal/iptabler/link.go.
import type { ContainerContext } from '../../container/container-context.ts';
import type { Container } from '../../container/container.ts';
import { exposedPorts } from '../port-bindings.ts';
import { formatAddress } from '../address.ts';
import type { Rule } from '../firewall-rules.ts';

/** What the container's links need of the kernel while both run. */
export function linkRules({ store }: Pick<ContainerContext, 'store'>, container: Container): Rule[] {
  const children = new Set(store.links.childrenOf(container).values());
  return [...children].flatMap((child) => rulesBetween(container, child));
}

function rulesBetween(parent: Container, child: Container): Rule[] {
  const from = parent.networks.get('bridge')?.endpoint?.link;
  const to = child.networks.get('bridge')?.endpoint?.link;
  if (from === undefined || to === undefined || from.bridge.icc) return [];
  const { name } = from.bridge;
  const [own, other] = [from, to].map(({ address }) => `${formatAddress(address)}/32`);
  const rule = (source = '', target = '', port = ''): Rule => ({
    table: 'filter',
    chain: 'DOCKER',
    text: `-s ${source} -d ${target} -i ${name} -o ${name} ${port} -j ACCEPT`,
  });
  return exposedPorts(child.config, child.hostConfig).flatMap((port) => {
    const [number = '', protocol = 'tcp'] = port.split('/', 2);
    const match = `-p ${protocol} -m ${protocol}`;
    return [rule(own, other, `${match} --dport ${number}`), rule(other, own, `${match} --sport ${number}`)];
  });
}

/** The link is taken away while both run. */
export async function removeLinkRules(
  { networks }: Pick<ContainerContext, 'networks'>,
  parent: Container,
  child: Container,
): Promise<void> {
  const gone = new Set(rulesBetween(parent, child).map(({ text }) => text));
  const remove = parent.portRules.filter(({ text }) => gone.has(text));
  parent.portRules = parent.portRules.filter((rule) => !remove.includes(rule));
  if (remove.length > 0) await networks.firewall.change({ remove });
}
