// The fake must behave as the guest does where the engine's tests rely on it.
import { describe, expect, test } from 'vitest';
import type { OciSpec } from '../../contracts/oci-runtime.ts';
import { FakeRuntime } from './fake-runtime.ts';

const stdio = { stdin: true, tty: false };
const none = { bounding: [], effective: [], permitted: [] };

function spec(args: string[]): OciSpec {
  const user = { uid: 0, gid: 0 };
  return {
    ociVersion: '1.0.2',
    process: { terminal: false, user, args, env: ['A=b=c'], cwd: '/', capabilities: none, noNewPrivileges: false },
    root: { path: '/r', readonly: false },
    mounts: [],
    linux: { namespaces: [], cgroupsPath: '/docker/c', resources: {}, maskedPaths: [], readonlyPaths: [] },
  };
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

describe('FakeRuntime', () => {
  test('runs a scripted program with its streams and environment', async () => {
    const runtime = new FakeRuntime({
      cat: async (io) => {
        await io.print(`${io.env['A']}:`);
        for await (const piece of io.stdin) await io.print(piece);
        await io.printError('bye');
        return 3;
      },
    });
    const task = await runtime.run({ id: 'c', bundle: '/b', spec: spec(['cat']), stdio });
    const writer = task.stdin.getWriter();
    await writer.write(new TextEncoder().encode('hi'));
    await writer.close();
    expect(await Promise.all([text(task.stdout), text(task.stderr)])).toEqual(['b=c:hi', 'bye']);
    expect(await task.exited).toEqual({ exitCode: 3, oomKilled: false });
    expect(runtime.containers.size).toBe(0);
  });

  test('a signal without a listener ends the container and its execs', async () => {
    const runtime = new FakeRuntime({ sleep: () => new Promise(() => undefined) });
    const task = await runtime.run({ id: 'c', bundle: '/b', spec: spec(['sleep']), stdio });
    const exec = await runtime.exec({ containerId: 'c', execId: 'e', process: spec(['sleep']).process, stdio });
    await runtime.kill('c', 15);
    expect((await task.exited).exitCode).toBe(143);
    expect((await exec.exited).exitCode).toBe(137);
    await expect(runtime.kill('c', 9)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a layer in use cannot be removed', async () => {
    const runtime = new FakeRuntime();
    const layers = [{ overlayId: 'l1', image: 'sha256:00' as const }];
    const init = [
      { path: '/etc', kind: 'directory' as const, mode: 0o755 },
      { path: '/etc/hosts', kind: 'file' as const, mode: 0o644 },
    ];
    await runtime.prepareRootfs({ id: 'r', layers, init });
    await expect(runtime.removeLayer('l1')).rejects.toMatchObject({ code: 'conflict' });
    await runtime.removeRootfs('r');
    await runtime.removeLayer('l1');
    await expect(runtime.files.stat('/var/lib/docker/overlay2/l1')).rejects.toMatchObject({ errno: 2 });
  });

  test('unknown programs are refused in the runtime’s words, and scripted failures come once', async () => {
    const runtime = new FakeRuntime({ true: () => 0 });
    await expect(runtime.run({ id: 'c', bundle: '/b', spec: spec(['nope']), stdio })).rejects.toThrow(
      'executable file `nope` not found in $PATH',
    );
    expect(runtime.callsOf('run')).toHaveLength(1);
  });

  test('listen hands over connections until aborted', async () => {
    const runtime = new FakeRuntime();
    const stop = new AbortController();
    const seen: string[] = [];
    const serving = (async () => {
      for await (const peer of runtime.listen('/s', 0o660, stop.signal)) seen.push(await text(peer.readable));
    })();
    const client = runtime.connect('/s').writable.getWriter();
    await client.write(new TextEncoder().encode('ping'));
    await client.close();
    await expect.poll(() => seen).toEqual(['ping']);
    stop.abort();
    await serving;
    expect(() => runtime.connect('/s')).toThrow('refused');
  });
});
