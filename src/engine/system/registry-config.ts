// `RegistryConfig` of GET /info: what daemon.json says of registries, in the form and the order of moby's registry/config.go.
import type { RegistryServiceConfig } from '@docker/node-sdk';
import type { DaemonConfig } from '../daemon/daemon-config.ts';

const INDEX = 'docker.io';
/** Registries on the host itself are trusted without TLS. */
const LOCAL = ['::1/128', '127.0.0.0/8'];
const CIDR = /^[0-9a-f.:]+\/\d+$/i;

export function registryConfigOf({
  registryMirrors,
  insecureRegistries,
}: Pick<DaemonConfig, 'registryMirrors' | 'insecureRegistries'>): RegistryServiceConfig {
  const mirrors = [...new Set(registryMirrors)];
  const insecure = [...insecureRegistries.map((name) => name.replace(/^https?:\/\//i, '')), ...LOCAL];
  const hosts = insecure.filter((name) => !CIDR.test(name));
  return {
    IndexConfigs: Object.fromEntries([
      ...hosts.map((name) => [name, { Mirrors: [], Name: name, Official: false, Secure: false }] as const),
      [INDEX, { Mirrors: mirrors, Name: INDEX, Official: true, Secure: true }] as const,
    ]),
    InsecureRegistryCIDRs: [...new Set(insecure.filter((name) => CIDR.test(name)))],
    // Go's null, which the client's type does not know.
    Mirrors: mirrors.length > 0 ? mirrors : (null as unknown as string[]),
  };
}
