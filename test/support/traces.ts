// What containers leave in the guest while they are there: compared before and after, it shows what a fault left behind.
import { afterEach, beforeAll, expect } from 'vitest';
import type { Guest } from './guest.ts';

export interface Traces {
  /** As `ls` or the kernel lists them. */
  readonly containers: number;
  readonly roots: number;
  readonly bundles: number;
  readonly states: number;
  readonly consoles: number;
  readonly cgroups: number;
  readonly mounts: number;
  /** Open files of the agent. */
  readonly agentFiles: number;
  /** Programs that run, sorted; one entry a process. */
  readonly programs: readonly string[];
}

const SCRIPT = `
count() { echo "$1 $#"; }
shopt -s nullglob
count containers /var/lib/docker/containers/*
count roots /var/lib/docker/overlay2/*
count bundles /run/containerd/io.containerd.runtime.v2.task/moby/*
count states /run/crun/*
count consoles /run/containerd/s/*
count cgroups /sys/fs/cgroup/docker/*/
count agentFiles /proc/1/fd/*
mapfile -t mounts < /proc/mounts
count mounts "\${mounts[@]}"
ls -l /proc/[0-9]*/exe 2>/dev/null`;

export async function tracesOf(guest: Guest): Promise<Traces> {
  const { stdout } = await guest.sh(SCRIPT);
  const counted = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stdout)?.[1]) - 1;
  return {
    containers: counted('containers'),
    roots: counted('roots'),
    bundles: counted('bundles'),
    states: counted('states'),
    consoles: counted('consoles'),
    cgroups: counted('cgroups'),
    mounts: counted('mounts'),
    agentFiles: counted('agentFiles'),
    programs: [...stdout.matchAll(/\/exe -> (\S+)/g)].map((match) => match[1] ?? '').sort(),
  };
}

export interface TracesCheck {
  /** Waits until the guest is as it was before the first test, and the engine has no container. */
  expectNothingLeft(): Promise<void>;
}

/** Call at the top of a test file, after useGuest: busybox is there, and each test's containers go and leave nothing. */
export function useTraces(guest: Guest): TracesCheck {
  let before: Traces | undefined;
  const expectNothingLeft = async (): Promise<void> => {
    await expect.poll(() => tracesOf(guest), { timeout: 30_000, interval: 200 }).toEqual(before);
    expect(await callEngine(guest, 'GET', '/containers/json?all=1')).toEqual({ status: 200, body: [] });
  };
  beforeAll(async () => {
    await guest.ok('docker pull -q busybox && docker run --rm busybox true');
    before = await tracesOf(guest);
  });
  afterEach(async () => {
    await removeContainers(guest);
    await expectNothingLeft();
  });
  return { expectNothingLeft };
}

/** Every one, running or not, with its anonymous volumes. */
export async function removeContainers(guest: Guest): Promise<void> {
  const { body } = await callEngine(guest, 'GET', '/containers/json?all=1');
  const ids = (body as { Id: string }[]).map(({ Id }) => Id);
  await Promise.all(ids.map((id) => callEngine(guest, 'DELETE', `/containers/${id}?force=1&v=1`)));
}

export interface Answer {
  readonly status: number;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Through the engine's door, without a client's process in the guest. */
export async function callEngine(guest: Guest, method: string, path: string, body?: unknown): Promise<Answer> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await guest.drydock.engine.fetch(new Request(`http://docker${path}`, { method, ...init }));
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}
