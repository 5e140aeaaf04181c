import { describe, expect, test } from 'vitest';
import { bytesOf, createTestEngine, demultiplex } from '../../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../../test/support/test-engine.ts';

const utf8 = new TextEncoder();

async function exec(t: TestEngine, id: string, request: Readonly<Record<string, unknown>>): Promise<string> {
  const { status, body } = await t.call('POST', `/containers/${id}/exec`, {
    AttachStdout: true,
    AttachStderr: true,
    ...request,
  });
  expect(status).toBe(201);
  return body.Id;
}

async function start(t: TestEngine, execId: string): Promise<{ output: Uint8Array }> {
  const request = new Request(`http://docker/exec/${execId}/start`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const answer = await t.engine.upgrade(request);
  if (answer instanceof Response) throw new Error(await answer.text());
  await answer.stream.writable.close();
  return { output: await bytesOf(answer.stream.readable) };
}

describe('exec', () => {
  test('runs with the container’s environment and its own', async () => {
    const t = createTestEngine({
      env: async (io) => {
        await io.print(`${io.env['A']} ${io.env['B']} ${io.env['HOSTNAME']} ${io.cwd}`);
        return 4;
      },
    });
    const id = await t.start({ Cmd: ['sleep'], Env: ['A=1', 'B=2'], Hostname: 'h', WorkingDir: '/w' });
    const execId = await exec(t, id, { Cmd: ['env'], Env: ['B=3'] });
    expect(demultiplex((await start(t, execId)).output).stdout).toBe('1 3 h /w');
    expect((await t.call('GET', `/exec/${execId}/json`)).body).toMatchObject({
      Running: false,
      ExitCode: 4,
      ContainerID: id,
    });
    expect((await t.call('POST', `/exec/${execId}/start`, {})).body).toEqual({
      message: `exec command ${execId} has already run`,
    });
  });

  test('takes stdin, and its end', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    const execId = await exec(t, id, { Cmd: ['cat'], AttachStdin: true });
    const answer = await t.engine.upgrade(new Request(`http://docker/exec/${execId}/start`, { method: 'POST' }));
    if (answer instanceof Response) throw new Error('refused');
    const writer = answer.stream.writable.getWriter();
    await writer.write(utf8.encode('in'));
    await writer.close();
    expect(demultiplex(await bytesOf(answer.stream.readable)).stdout).toBe('in');
  });

  test('of an unknown program says so on the stream, and is 127', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    const execId = await exec(t, id, { Cmd: ['nope'] });
    expect(demultiplex((await start(t, execId)).output).stdout).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown\r\n',
    );
    expect((await t.call('GET', `/exec/${execId}/json`)).body).toMatchObject({ Running: false, ExitCode: 127 });
  });

  test('detached answers at once and runs on', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    const execId = await exec(t, id, { Cmd: ['sleep', '1'] });
    expect((await t.call('POST', `/exec/${execId}/start`, { Detach: true })).status).toBe(200);
    expect((await t.call('GET', `/exec/${execId}/json`)).body).toMatchObject({ Running: true, ExitCode: null });
    expect((await t.call('GET', `/containers/${id}/json`)).body.ExecIDs).toEqual([execId]);
  });

  test('resizes its own terminal', async () => {
    const sizes: unknown[] = [];
    const t = createTestEngine({ tty: (io) => new Promise(() => io.onResize((size) => sizes.push(size))) });
    const id = await t.start({ Cmd: ['sleep'] });
    const execId = await exec(t, id, { Cmd: ['tty'], Tty: true });
    const resized = t.call('POST', `/exec/${execId}/resize?h=40&w=120`);
    await t.call('POST', `/exec/${execId}/start`, { Detach: true, Tty: true });
    expect((await resized).status).toBe(200);
    expect(sizes).toEqual([{ cols: 120, rows: 40 }]);
    expect((await t.call('POST', `/exec/${execId}/resize?h=x&w=1`)).body.message).toMatch(/^invalid resize height "x"/);
  });

  test('with --privileged holds every capability; as another user none is in force', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    await start(t, await exec(t, id, { Cmd: ['true'], Privileged: true }));
    await start(t, await exec(t, id, { Cmd: ['true'], User: '1000:1001' }));
    const [privileged, other] = t.runtime.callsOf('exec').map(({ request }) => request.process);
    expect(privileged?.capabilities.effective).toContain('CAP_SYS_ADMIN');
    expect(other?.user).toEqual({ uid: 1000, gid: 1001, additionalGids: [1001] });
    expect(other?.capabilities.effective).toEqual([]);
    expect(other?.capabilities.bounding).toContain('CAP_CHOWN');
  });

  test('is refused where Docker refuses it', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] }, 'e1');
    const create = async (body: unknown): Promise<unknown> =>
      Object.values(await t.call('POST', '/containers/e1/exec', body));
    expect(await create({ Cmd: [] })).toEqual([400, { message: 'No exec command specified' }]);
    expect(await create({ Cmd: ['x'], User: 'nobody' })).toEqual([
      400,
      { message: 'unable to find user nobody: no matching entries in passwd file' },
    ]);
    await t.call('POST', '/containers/e1/pause');
    expect(await create({ Cmd: ['x'] })).toEqual([
      409,
      { message: 'Container e1 is paused, unpause the container before exec' },
    ]);
    await t.call('POST', '/containers/e1/kill');
    expect(await create({ Cmd: ['x'] })).toEqual([409, { message: `container ${id} is not running` }]);
    expect((await t.call('GET', '/exec/nope/json')).body).toEqual({ message: 'No such exec instance: nope' });
  });
});
