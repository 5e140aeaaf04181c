// Ports that EXPOSE names: `80`, `53/udp`, `8000-8010` (go-connections: nat.ParsePortSpec). What it would publish does not
// count.
import { DrydockError } from '../../contracts/errors.ts';

const PROTOCOLS = ['tcp', 'udp', 'sctp'];
const MAX_PORT = 65_535;

/** @throws DrydockError `invalid-argument` in Docker's words */
export function exposedPorts(specs: readonly string[]): Record<string, object> {
  return Object.fromEntries(specs.flatMap(portsOf).map((port) => [port, {}]));
}

function portsOf(spec: string): string[] {
  const container = spec.split(':').at(-1) ?? '';
  const [number = '', named = ''] = container.split('/');
  const protocol = named || 'tcp';
  if (number === '') throw refuse(`no port specified: ${spec}<empty>`);
  const [start, end = start] = number.split('-', 2).map(portNumber);
  if (start === undefined || end === undefined || end < start) throw refuse(`invalid containerPort: ${number}`);
  if (!PROTOCOLS.includes(protocol.toLowerCase())) throw refuse(`invalid proto: ${protocol}`);
  return Array.from({ length: end - start + 1 }, (_, index) => `${start + index}/${protocol.toLowerCase()}`);
}

/** NaN, which is neither more nor less than anything, must not pass. */
function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT ? Number(text) : undefined;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
