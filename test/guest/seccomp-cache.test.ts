// The shim keeps compiled seccomp filters and then skips the rules of a config.json: what a container may call must not depend
// on whether its filter was kept, and a profile never gets another one's filter.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { OciSeccomp, OciSpec } from '../../src/contracts/oci-runtime.ts';
import { useGuest } from '../support/guest.ts';
import { resultOf } from '../support/machine.ts';
import type { ProgramResult } from '../support/machine.ts';

const guest = useGuest();
const BUNDLES = '/run/containerd/io.containerd.runtime.v2.task/moby';
const STDIO = { stdin: true, tty: false };
const MKDIR = ['mkdir', 'mkdirat'];
const ENOSPC = 28;
const EROFS = 30;

/** The engine's own config.json of a running container: others with other profiles share its root. */
let template: OciSpec;
let containers = 0;

beforeAll(async () => {
  await guest.ok('docker pull -q busybox && docker run -d --name root busybox sleep 100000');
  template = JSON.parse(await guest.ok(`cat ${BUNDLES}/$(docker inspect -f '{{.Id}}' root)/config.json`)) as OciSpec;
});

// Each test begins with no filter kept.
beforeEach(() => guest.ok('rm -f /run/crun/.cache/seccomp-*'));

const kept = async (): Promise<number> => Number(await guest.ok('ls /run/crun/.cache | grep -c ^seccomp- || true'));

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'] };

/** Refuses `names`, and allows the rest. */
function refusing(names: readonly string[], errnoRet: number): OciSeccomp {
  return { ...ALLOW, syscalls: [{ names: [...names], action: 'SCMP_ACT_ERRNO', errnoRet }] };
}

async function start(seccomp: OciSeccomp, args: string[]) {
  containers += 1;
  const id = String(containers).padStart(64, '0');
  const spec = structuredClone(template);
  const changed: OciSpec = {
    ...spec,
    process: { ...spec.process, args },
    linux: { ...spec.linux, cgroupsPath: `/docker/${id}`, seccomp },
  };
  const task = await guest.drydock.machine.runtime.run({
    id,
    bundle: `${BUNDLES}/${id}`,
    spec: changed,
    stdio: STDIO,
  });
  return { id, task };
}

async function mkdir(seccomp: OciSeccomp): Promise<ProgramResult> {
  return resultOf((await start(seccomp, ['mkdir', '/tmp/a/b'])).task);
}

const refused = (reason: string): ProgramResult => ({
  exitCode: 1,
  stdout: '',
  stderr: `mkdir: can't create directory '/tmp/a/b': ${reason}\n`,
});

it('a filter is compiled once, and has the same effect when it was kept', async () => {
  for (const _ of ['compiled', 'kept', 'kept']) {
    expect(await mkdir(refusing(MKDIR, ENOSPC))).toEqual(refused('No space left on device'));
    expect(await kept()).toBe(1);
  }
});

it('profiles that differ in a number or a name do not share one', async () => {
  const profiles = [
    [refusing(MKDIR, ENOSPC), 'No space left on device'],
    [refusing(MKDIR, EROFS), 'Read-only file system'],
    // Allowed, so the kernel misses the directory above it.
    [refusing(['rmdir'], ENOSPC), 'No such file or directory'],
  ] as const;
  for (const _ of ['compiled', 'kept']) {
    for (const [profile, reason] of profiles) expect(await mkdir(profile)).toEqual(refused(reason));
    expect(await kept()).toBe(profiles.length);
  }
});

it('what exec runs is filtered too', async () => {
  const { id, task } = await start(refusing(MKDIR, ENOSPC), ['sleep', '1000']);
  for (const execId of ['c', 'd']) {
    const exec = await guest.drydock.machine.runtime.exec({
      containerId: id,
      execId: execId.repeat(64),
      process: { ...template.process, args: ['mkdir', '/tmp/a/b'] },
      stdio: STDIO,
    });
    expect(await resultOf(exec)).toEqual(refused('No space left on device'));
  }
  await guest.drydock.machine.runtime.kill(id, 9);
  expect((await task.exited).exitCode).toBe(137);
});

it('rules that are no rules are refused, again and again', async () => {
  const nonsense = { ...ALLOW, syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NONSENSE' }] };
  for (const _ of ['first', 'second']) {
    await expect(start(nonsense, ['true'])).rejects.toMatchObject({
      code: 'guest',
      message: expect.stringContaining('SCMP_ACT_NONSENSE') as string,
    });
  }
  expect(await kept()).toBe(0);
});
