// Registries that daemon.json trusts without TLS (moby: registry/config.go, `insecure-registries`).
import { contains, parseAddress, parseBlock } from '../network/address.ts';

/**
 * @param domain as in an image's name, with its port
 * @param trusted hosts with their ports, and blocks of IPv4 for hosts that are named by their address: names are not looked up
 */
export function isInsecure(domain: string, trusted: readonly string[]): boolean {
  const address = parseAddress(domain.replace(/:\d+$/, ''));
  return trusted.some((entry) => {
    const name = entry.replace(/^https?:\/\//i, '');
    const block = parseBlock(name);
    return name === domain || (block !== undefined && address !== undefined && contains(block.subnet, address));
  });
}
