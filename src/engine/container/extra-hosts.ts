// `--add-host name:address`: its form, and the line of /etc/hosts that it makes.
import { DrydockError } from '../../contracts/errors.ts';

/** Stands for the address at which containers reach the host. */
const GATEWAY = 'host-gateway';

/** @throws DrydockError `invalid-argument` in Docker's words */
export function requireExtraHost(entry: string): void {
  const [name = '', address] = entry.split(/:(.*)/s, 2);
  if (name === '' || address === undefined) {
    throw new DrydockError('invalid-argument', `bad format for add-host: "${entry}"`);
  }
  if (address !== GATEWAY && !isAddress(address.trim())) {
    throw new DrydockError('invalid-argument', `invalid IP address in add-host: "${address}"`);
  }
}

/**
 * Address, tab, name.
 * @param gateway what `host-gateway` stands for, empty for nothing
 * @throws DrydockError `internal` in Docker's words
 */
export function extraHostLine(entry: string, gateway: string): string {
  const [name = '', address = ''] = entry.split(/:(.*)/s, 2);
  if (address === GATEWAY && gateway === '') {
    throw new DrydockError('internal', 'unable to derive the IP value for host-gateway');
  }
  return `${address === GATEWAY ? gateway : address}\t${name}\n`;
}

function isAddress(text: string): boolean {
  if (/^\d+(\.\d+){3}$/.test(text)) {
    return text.split('.').every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0')));
  }
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]/`);
}
