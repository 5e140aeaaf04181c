// docker port
import { between } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { parseGoUint } from '../../flags/go-number.ts';
import { cut } from '../../flags/list-flags.ts';
import { naturalOrder } from '../../format/natural-order.ts';
import { hostAndPort } from '../../format/ports.ts';

interface Binding {
  readonly HostIp: string;
  readonly HostPort: string;
}

type PortMap = Readonly<Record<string, readonly Binding[] | null>>;

const shown = ({ HostIp, HostPort }: Binding) => hostAndPort(HostIp, HostPort);

function bindingsOf(ports: PortMap, wanted: string, name: string): string[] {
  const [port, protocol] = cut(wanted, '/');
  try {
    parseGoUint(port, 10, 16);
  } catch (error) {
    throw new CliError(`Error: invalid port (${port}): ${errorText(error)}`);
  }
  const bindings = ports[`${port}/${protocol === undefined || protocol === '' ? 'tcp' : protocol}`] ?? [];
  if (bindings.length === 0) throw new CliError(`Error: No public port '${wanted}' published for ${name}`);
  return bindings.map(shown);
}

export const port = defineCommand({
  use: 'port CONTAINER [PRIVATE_PORT[/PROTO]]',
  summary: 'Show which ports of the host lead into a container',
  aliasLine: 'docker container port, docker port',
  arguments: between(1, 2),
  flags: {},
  async run(context, { args: [name = '', wanted = ''] }) {
    const { NetworkSettings } = await context.engine.json<{ NetworkSettings?: { Ports?: PortMap | null } }>(
      'GET',
      `/containers/${pathId('container', name)}/json`,
    );
    const ports = NetworkSettings?.Ports ?? {};
    const lines =
      wanted === ''
        ? Object.entries(ports).flatMap(([from, bindings]) =>
            (bindings ?? []).map((binding) => `${from} -> ${shown(binding)}`),
          )
        : bindingsOf(ports, wanted, name);
    if (lines.length > 0) await context.out.line(lines.sort(naturalOrder).join('\n'));
  },
});
