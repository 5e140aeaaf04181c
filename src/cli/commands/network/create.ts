// docker network create
import { exactly } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { checkLabel } from '../../create/checks.ts';
import { pairs } from '../../create/create-request.ts';
import { listFlag, mapFlag, stringsFlag } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { ipamConfigs } from './ipam-config.ts';

export const networkCreate = defineCommand({
  use: 'create [OPTIONS] NETWORK',
  summary: 'Make a network',
  arguments: exactly(1),
  flags: {
    attachable: boolFlag('Let containers be connected by hand'),
    'aux-address': mapFlag('Address that the driver uses for something else'),
    'config-from': stringFlag('Network whose configuration is copied'),
    'config-only': boolFlag('Make only a configuration'),
    driver: stringFlag('Driver that makes it work', { short: 'd', initial: 'bridge' }),
    gateway: stringsFlag('Address of the way out of a subnet'),
    ingress: boolFlag("Make the swarm's routing mesh"),
    internal: boolFlag('No way out of the network'),
    'ip-range': stringsFlag('Part of a subnet from which containers get addresses'),
    'ipam-driver': stringFlag('Driver that manages addresses', { initial: 'default' }),
    'ipam-opt': mapFlag("Option of the addresses' driver"),
    ipv4: boolFlag('Give out IPv4 addresses', { initial: true }),
    ipv6: boolFlag('Give out IPv6 addresses'),
    label: listFlag('Attach a label', { check: checkLabel }),
    opt: mapFlag('Option of the driver', { short: 'o' }),
    scope: stringFlag('How far it reaches'),
    subnet: stringsFlag('Subnet of the network, as CIDR'),
  },
  async run(context, { options, args: [name = ''], changed }) {
    const config = ipamConfigs(options);
    const { Id } = await context.engine.json<{ readonly Id: string }>('POST', '/networks/create', {
      body: {
        Driver: options.driver,
        Scope: options.scope,
        ...(changed('ipv4') && { EnableIPv4: options.ipv4 }),
        ...(changed('ipv6') && { EnableIPv6: options.ipv6 }),
        IPAM: { Driver: options['ipam-driver'], Options: options['ipam-opt'], Config: config },
        Internal: options.internal,
        Attachable: options.attachable,
        Ingress: options.ingress,
        ConfigOnly: options['config-only'],
        ConfigFrom: options['config-from'] === '' ? null : { Network: options['config-from'] },
        Options: options.opt,
        Labels: pairs(options.label),
        Name: name,
      },
    });
    await context.out.line(Id);
  },
});
