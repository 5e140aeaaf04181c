// docker network connect
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { checkLink } from '../../create/checks.ts';
import { pathId } from '../../engine/engine-client.ts';
import { cut, listFlag, stringsFlag } from '../../flags/list-flags.ts';
import { intFlag, stringFlag } from '../../flags/scalar-flags.ts';

export const networkConnect = defineCommand({
  use: 'connect [OPTIONS] NETWORK CONTAINER',
  summary: 'Connect a container to a network',
  arguments: exactly(2),
  flags: {
    alias: stringsFlag('Another name within the network'),
    'driver-opt': stringsFlag('Option of the driver'),
    'gw-priority': intFlag('The network with the highest is the way out'),
    ip: stringFlag('IPv4 address (such as "172.30.100.104")'),
    ip6: stringFlag('IPv6 address (such as "2001:db8::33")'),
    link: listFlag('Make another container known by name', { check: checkLink }),
    'link-local-ip': stringsFlag('Link-local address'),
  },
  async run(context, { options, args: [network = '', container = ''] }) {
    await context.engine.send('POST', `/networks/${pathId('network', network)}/connect`, {
      body: {
        Container: container,
        EndpointConfig: {
          IPAMConfig: {
            ...(options.ip !== '' && { IPv4Address: options.ip }),
            ...(options.ip6 !== '' && { IPv6Address: options.ip6 }),
            ...(options['link-local-ip'].length > 0 && { LinkLocalIPs: options['link-local-ip'] }),
          },
          Links: options.link.length === 0 ? null : options.link,
          Aliases: options.alias.length === 0 ? null : options.alias,
          DriverOpts: driverOptions(options['driver-opt']),
          GwPriority: options['gw-priority'],
        },
      },
    });
  },
});

/** @throws CliError */
function driverOptions(options: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    options.map((option) => {
      const [key, value] = cut(option, '=');
      if (value === undefined || key.trim() === '') {
        throw new CliError('invalid key/value pair format in driver options');
      }
      return [key.trim(), value.trim()];
    }),
  );
}
