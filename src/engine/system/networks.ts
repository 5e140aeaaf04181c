// The three networks every engine has. Containers on `bridge` have a network of their own with a loopback only, so far.
import type { EndpointSettings, NetworkInspect } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import type { Container } from '../container/container.ts';
import type { RandomBytes } from '../random.ts';
import { randomId } from '../random.ts';
import { rfc3339Nano } from '../timestamp.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly createdMs: number;
}

export class Networks {
  #networks: readonly Network[];

  constructor(randomBytes: RandomBytes, nowMs: number) {
    const network = (name: string, driver: string): Network => ({
      id: randomId(randomBytes),
      name,
      driver,
      createdMs: nowMs,
    });
    this.#networks = [network('bridge', 'bridge'), network('host', 'host'), network('none', 'null')];
  }

  /** Those of an earlier engine: they keep their ids. */
  adopt(saved: readonly Network[]): void {
    this.#networks = this.#networks.map((own) => saved.find(({ name }) => name === own.name) ?? own);
  }

  all(): readonly Network[] {
    return this.#networks;
  }

  /** By name, id or id prefix. @throws DrydockError `not-found`: network x not found */
  get(reference: string): Network {
    const found =
      this.#networks.find(({ name, id }) => name === reference || id === reference) ??
      this.#networks.find(({ id }) => reference !== '' && id.startsWith(reference));
    if (found === undefined) throw new DrydockError('not-found', `network ${reference} not found`);
    return found;
  }

  /** `NetworkSettings.Networks` of a container. */
  endpointsOf({ hostConfig }: Container): Record<string, EndpointSettings> {
    const network = this.#networks.find(({ name }) => name === hostConfig.NetworkMode);
    if (network === undefined) return {};
    return {
      [network.name]: {
        MacAddress: '',
        NetworkID: network.id,
        EndpointID: '',
        Gateway: '',
        IPAddress: '',
        IPPrefixLen: 0,
        IPv6Gateway: '',
        GlobalIPv6Address: '',
        GlobalIPv6PrefixLen: 0,
      },
    };
  }
}

/** Body of GET /networks/{id}; GET /networks lists the same. */
export function networkBody({ id, name, driver, createdMs }: Network): NetworkInspect {
  return {
    Name: name,
    Id: id,
    Created: rfc3339Nano(createdMs),
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Config: [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: {},
  };
}
