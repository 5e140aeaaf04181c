// What the engine reads of its host once: it does not change while the engine runs.
import type { HostFiles } from '../../contracts/runtime.ts';

/** Sysctls that Docker sets in each network namespace, if the kernel has them. */
const NETWORK_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ping_group_range': '0 2147483647',
  'net.ipv4.ip_unprivileged_port_start': '0',
  // Of the links to come: networks are of IPv4, and Docker then turns the other off on each of them.
  'net.ipv6.conf.default.disable_ipv6': '1',
};

export class HostFacts {
  readonly #files: HostFiles;
  #resolvConf: Promise<string> | undefined;
  #hosts: Promise<string> | undefined;
  #sysctls: Promise<Readonly<Record<string, string>>> | undefined;

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** /etc/resolv.conf of the host; empty when there is none. */
  resolvConf(): Promise<string> {
    return (this.#resolvConf ??= this.#text('/etc/resolv.conf'));
  }

  /** /etc/hosts of the host; empty when there is none. */
  hosts(): Promise<string> {
    return (this.#hosts ??= this.#text('/etc/hosts'));
  }

  networkSysctls(): Promise<Readonly<Record<string, string>>> {
    return (this.#sysctls ??= this.#existingSysctls());
  }

  async #existingSysctls(): Promise<Readonly<Record<string, string>>> {
    const entries = await Promise.all(
      Object.entries(NETWORK_SYSCTLS).map(async (entry) => {
        const path = `/proc/sys/${entry[0].replaceAll('.', '/')}`;
        return this.#files.stat(path).then(
          () => [entry],
          () => [],
        );
      }),
    );
    return Object.fromEntries(entries.flat());
  }

  async #text(path: string): Promise<string> {
    try {
      return new TextDecoder().decode(await this.#files.read(path));
    } catch {
      return '';
    }
  }
}
