// `--config-only`: a network that is only settings, and `--config-from`: one that is made by them.
// Source: moby libnetwork/network.go (validateConfiguration, applyConfigurationTo).
import { DrydockError } from '../../contracts/errors.ts';
import type { NetworkCreateRequest } from './create-network.ts';
import type { IpamConfig, Network } from './network.ts';
import type { NewNetwork } from './new-network.ts';

type Asked = Pick<NewNetwork, 'options' | 'labels'> & {
  readonly ipam: NewNetwork['ipam'];
};

/** @throws DrydockError `forbidden` in Docker's words */
export function requireOnlyConfig({ Ingress, Internal, Attachable, Scope }: NetworkCreateRequest): void {
  if (!Ingress && !Internal && !Attachable && Scope === '') return;
  throw forbidden(
    'configuration network can only contain network specific fields. ' +
      'Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
  );
}

/** What the configuration says. @throws DrydockError `forbidden`, `not-found` in Docker's words */
export function configFrom(
  name: string,
  networks: readonly Network[],
  asked: Asked,
  request: NetworkCreateRequest,
): Asked {
  if (request.ConfigOnly) throw forbidden('a configuration network cannot depend on another configuration network');
  const ownIpam = asked.ipam.config !== undefined || Object.keys(asked.ipam.options ?? {}).length > 0;
  if (ownIpam || Object.keys(asked.labels).length > 0 || request.EnableIPv6 === true || request.EnableIPv4 === false) {
    throw forbidden(
      'user specified configurations are not supported if the network depends on a configuration network',
    );
  }
  if (Object.keys(asked.options).length > 0) {
    throw forbidden('network driver options are not supported if the network depends on a configuration network');
  }
  const config = networks.find((one) => one.configOnly && one.name === name);
  if (config === undefined) throw new DrydockError('not-found', `configuration network "${name}" does not exist`);
  const [ipam] = config.ipam.config as readonly (IpamConfig | undefined)[];
  const { options, labels } = config;
  return { options, labels, ipam: { options: config.ipam.options, config: ipam } };
}

/** @throws DrydockError `forbidden` in Docker's words */
export function requireUnusedConfig({ name, configOnly }: Network, networks: readonly Network[]): void {
  if (!configOnly || !networks.some((one) => one.configFrom === name)) return;
  throw forbidden(`error while removing network: configuration network "${name}" is in use`);
}

function forbidden(message: string): DrydockError {
  return new DrydockError('forbidden', message);
}
