// Puts the machine together: emulator, 9p export, agent, CLI sessions and the Runtime; boots it or restores a snapshot.
import { DrydockError } from '../contracts/errors.ts';
import type { GuestFile, GuestJson } from '../contracts/guest-json.ts';
import type { Machine, MachineOptions } from '../contracts/machine.ts';
import { AgentClient } from './agent/agent-client.ts';
import { CliSessions } from './cli/cli-sessions.ts';
import { loadDescription } from './guest-description.ts';
import { hostTree } from './host-tree.ts';
import { LoadProgress } from './load-progress.ts';
import { P9Server } from './p9/p9-server.ts';
import { GuestRuntime } from './runtime/guest-runtime.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-file.ts';
import type { Snapshot } from './snapshot-file.ts';
import { createEmulator } from './v86/emulator.ts';
import type { BootFiles, Emulator } from './v86/emulator.ts';
import { WorkspaceTree } from './workspace/workspace-tree.ts';

export interface CreateMachineOptions extends MachineOptions {
  /** v86.wasm, maybe on its way. */
  readonly wasm: Promise<WebAssembly.Module>;
  /** How much of the guest's code is compiled at once; for hosts whose compiler is slow with large functions. */
  readonly pagesPerModule?: number;
  /** A snapshot in place of the built one. */
  readonly snapshot?: Uint8Array<ArrayBuffer>;
  /** Boots the kernel even when there is a snapshot. */
  readonly coldBoot?: boolean;
}

/** The machine, and what only this room's callers need of it. */
export interface DrydockMachine extends Machine {
  readonly workspace: WorkspaceTree;
}

/**
 * Resolves when the agent has answered.
 * @throws DrydockError `unavailable` for a missing file, `data-loss` for a damaged one, `machine` when it cannot run
 */
export async function createMachine(options: CreateMachineOptions): Promise<DrydockMachine> {
  const log = options.onLog ?? ((): void => undefined);
  // It may fail before anybody waits for it; then it is told by who does.
  options.wasm.catch(() => undefined);
  const description = await loadDescription(options.guest);
  const progress = new LoadProgress(options.onProgress);
  const start = await loadStart(options, description, progress);

  const workspace = new WorkspaceTree();
  const agent = new AgentClient(log);
  const cli = new CliSessions({ onCli: options.onCli, onLog: log });
  const root = hostTree({
    blobs: options.blobs,
    guest: options.guest,
    rootBytes: description.root.bytes,
    workspace,
    acceptAgent: (channel) => agent.accept(channel),
    acceptCli: (channel) => cli.accept(channel),
  });
  const server = new P9Server(root, log);

  progress.phase('restore');
  const emulator = await createEmulator({
    wasm: options.wasm,
    ...(options.pagesPerModule !== undefined && { pagesPerModule: options.pagesPerModule }),
    memoryBytes: description.memoryMegabytes * 1024 * 1024,
    acpi: description.acpi,
    ...(start.boot && { boot: start.boot }),
    onConsole: options.onConsole ?? ((): void => undefined),
    handle9p: (request, reply) => server.handle(request, reply),
  });
  try {
    if (start.snapshot !== undefined) {
      await server.restore(start.snapshot.p9);
      await emulator.restore(start.snapshot.state);
    }
    progress.phase('connect');
    await emulator.run();
    const runtime = await GuestRuntime.connect(agent, description.ociRuntimeVersion);
    progress.phase('ready');
    return {
      runtime,
      workspace,
      startAhead: (name, request) => runtime.startAhead(name, request),
      takeOver: (name) => runtime.takeOver(name),
      pause: () => emulator.stop(),
      resume: () => emulator.run(),
      snapshot: (settle) => takeSnapshot({ emulator, server, agent, cli }, settle),
      async destroy() {
        agent.destroy();
        cli.closeAll();
        await emulator.destroy();
      },
    };
  } catch (error) {
    agent.destroy();
    await emulator.destroy();
    throw error;
  }
}

interface Start {
  readonly boot?: BootFiles;
  readonly snapshot?: Snapshot;
}

async function loadStart(options: CreateMachineOptions, guest: GuestJson, progress: LoadProgress): Promise<Start> {
  if (options.snapshot !== undefined) return { snapshot: decodeSnapshot(options.snapshot) };
  const load = (file: GuestFile): Promise<Uint8Array<ArrayBuffer>> =>
    options.guest.load(file.file, (bytes) => progress.loaded(file, bytes));
  if (guest.snapshot !== undefined && options.coldBoot !== true) {
    progress.expect([guest.snapshot]);
    return { snapshot: decodeSnapshot(await load(guest.snapshot)) };
  }
  progress.expect([guest.bios, guest.vgaBios, guest.kernel, guest.initramfs]);
  const [bios, vgaBios, kernel, initramfs] = await Promise.all([
    load(guest.bios),
    load(guest.vgaBios),
    load(guest.kernel),
    load(guest.initramfs),
  ]);
  return { boot: { bios, vgaBios, kernel, initramfs, commandLine: guest.commandLine } };
}

interface Parts {
  readonly emulator: Emulator;
  readonly server: P9Server;
  readonly agent: AgentClient;
  readonly cli: CliSessions;
}

/** Between a stop and the save nothing may be under way; the guest may have asked for something just before. */
const SNAPSHOT_TRIES = 100;

async function takeSnapshot(
  { emulator, server, agent, cli }: Parts,
  settle: (() => Promise<void>) | undefined,
): Promise<Uint8Array> {
  cli.refuseNew();
  try {
    await agent.suspend(settle);
    cli.closeAll();
    for (let tries = 0; tries < SNAPSHOT_TRIES; tries += 1) {
      await server.settled();
      await emulator.stop();
      if (server.pendingCount === 0) return encodeSnapshot({ p9: server.save(), state: await emulator.save() });
      await emulator.run();
    }
    throw new DrydockError('machine', `Cannot take a snapshot: the guest never rested in ${SNAPSHOT_TRIES} tries`);
  } finally {
    agent.resume();
    cli.acceptNew();
    await emulator.run();
  }
}
