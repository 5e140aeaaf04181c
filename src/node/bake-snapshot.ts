// Boots the built guest cold, warms it up, and writes the snapshot that pages and `drydock` restore.
// usage: bake-snapshot --guest DIR --out FILE [--level N]; run by the guest build in a process of its own. FILE.json says
// how large the state is when it is decompressed.
import { spawn } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { interactiveShell } from '../compose/shell.ts';
import { prepareShell } from '../compose/waiting-shell.ts';
import { capabilitiesOf } from '../engine/container/spec/capabilities.ts';
import { defaultSeccompProfile } from '../engine/container/spec/seccomp.ts';
import { prepareHostNetwork } from '../engine/network/prepare-host.ts';
import { createMachine } from '../machine/create-machine.ts';
import { warmUp } from '../machine/warm-up.ts';
import { decodeSnapshot, encodeSnapshot } from '../machine/snapshot-file.ts';
import { compileEmulator } from './emulator-module.ts';
import { DiskGuestFiles } from './guest-files.ts';

const { values } = parseArgs({
  options: { guest: { type: 'string' }, out: { type: 'string' }, level: { type: 'string', default: '19' } },
});
if (values.guest === undefined || values.out === undefined) {
  throw new Error('usage: bake-snapshot --guest DIR --out FILE [--level N]');
}

const guest = new DiskGuestFiles(values.guest);
const wasm = await readFile(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
const startMs = performance.now();
const machine = await createMachine({
  guest,
  wasm: compileEmulator(new Uint8Array(wasm)),
  // Nothing that a visitor may have is known yet.
  blobs: {
    size: async () => undefined,
    read: (digest) => Promise.reject(new Error(`Cannot read ${digest}: there are no blobs at build time`)),
    create: () => Promise.reject(new Error('Cannot store a blob at build time')),
    createDerived: () => Promise.reject(new Error('Cannot store a blob at build time')),
    delete: async () => undefined,
    list: async () => [],
    requireSpace: async () => undefined,
  },
  onCli: async (session) => {
    await session.stdout.write(new TextEncoder().encode('warm\n'));
    return 0;
  },
  coldBoot: true,
  onLog: (line) => console.error(line),
});
say(`booted in ${seconds(startMs)}`);

const warmMs = performance.now();
const capabilities = capabilitiesOf({ add: [], drop: [], privileged: false });
await warmUp(
  machine.runtime,
  {
    shell: interactiveShell({ cols: 80, rows: 24 }),
    capabilities,
    seccomp: defaultSeccompProfile(capabilities),
  },
  say,
);
await prepareShell(machine);
await prepareHostNetwork(machine.runtime);
say(`warmed up in ${seconds(warmMs)}`);

const { p9, state } = decodeSnapshot(new Uint8Array(await machine.snapshot()));
await machine.destroy();
guest.close();
const packMs = performance.now();
const packed = await compress(state, Number(values.level));
await writeFile(`${values.out}.part`, encodeSnapshot({ p9, state: packed }));
await writeFile(`${values.out}.json`, JSON.stringify({ stateBytes: state.length }));
await rename(`${values.out}.part`, values.out);
say(
  `${megabytes(state.length)} of state, ${megabytes(packed.length)} with zstd -${values.level} in ${seconds(packMs)}`,
);

async function compress(bytes: Uint8Array<ArrayBuffer>, level: number): Promise<Uint8Array<ArrayBuffer>> {
  const zstd = spawn('zstd', [`-${level}`, '-T2', '--no-progress', '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output: Buffer[] = [];
  zstd.stdout.on('data', (piece: Buffer) => output.push(piece));
  const ended = new Promise<void>((resolve, reject) => {
    zstd.on('error', reject);
    zstd.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`zstd ended with ${code}`))));
  });
  zstd.stdin.end(bytes);
  await ended;
  return new Uint8Array(Buffer.concat(output));
}

function say(line: string): void {
  console.log(`snapshot: ${line}`);
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
