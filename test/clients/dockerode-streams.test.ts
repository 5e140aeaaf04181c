// Attach, exec, logs and events as dockerode reads and writes them: framing, ends of streams, terminals.
import { describe, expect, it } from 'vitest';
import { demultiplexed, duplexOf, jsonLines, readUntil, textOf, useDockerode } from '../support/dockerode.ts';

const client = useDockerode();

describe('attach', () => {
  it('carries stdin, its end, and both outputs', async () => {
    const container = await client.docker.createContainer({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'cat; echo err >&2'],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
    await container.start();
    const output = demultiplexed(client.docker, stream);
    stream.write('typed ');
    stream.end('and sent\n');
    expect(await output).toEqual({ stdout: 'typed and sent\n', stderr: 'err\n' });
    expect(await container.wait()).toEqual({ StatusCode: 0 });
  });

  it('reads without taking over the connection', async () => {
    const container = await client.docker.createContainer({ Image: 'busybox', Cmd: ['echo', 'plain'] });
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    expect(await demultiplexed(client.docker, stream)).toEqual({ stdout: 'plain\n', stderr: '' });
  });

  it('replays the log on request', async () => {
    const container = await client.run(['sh', '-c', 'echo before; read line; echo got $line'], { OpenStdin: true });
    const log = await container.logs({ stdout: true, follow: true });
    await readUntil(log, 'before');
    const stream = await container.attach({ stream: true, hijack: true, logs: true, stdin: true, stdout: true });
    const output = demultiplexed(client.docker, stream);
    stream.write('it\n');
    expect(await output).toEqual({ stdout: 'before\ngot it\n', stderr: '' });
  });

  it('gives a terminal raw, of the size it is told, and detaches', async () => {
    const container = await client.docker.createContainer({
      Image: 'busybox',
      Cmd: ['sh'],
      Tty: true,
      OpenStdin: true,
      AttachStdin: true,
      AttachStdout: true,
    });
    const stream = duplexOf(
      await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true }),
    );
    await container.start();
    await container.resize({ h: 17, w: 91 });
    stream.write('stty size\n');
    await readUntil(stream, '17 91');
    const detached = new Promise((resolve) => stream.once('end', resolve));
    stream.resume();
    stream.write('\x10\x11');
    await detached;
    expect((await container.inspect()).State.Running).toBe(true);
  });

  it('to nobody is refused', async () => {
    await expect(
      client.docker.getContainer('nobody').attach({ stream: true, hijack: true, stdout: true }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('exec', () => {
  it('carries stdin and both outputs, and keeps the exit code', async () => {
    const container = await client.run(['sleep', '1000']);
    const exec = await container.exec({
      Cmd: ['sh', '-c', 'cat; pwd; echo $X; echo err >&2; exit 4'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Env: ['X=y'],
      WorkingDir: '/tmp',
    });
    expect(await exec.inspect()).toMatchObject({ ContainerID: container.id, Running: false, ExitCode: null });
    const stream = await exec.start({ hijack: true, stdin: true });
    const output = demultiplexed(client.docker, stream);
    stream.end('in\n');
    expect(await output).toEqual({ stdout: 'in\n/tmp\ny\n', stderr: 'err\n' });
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 4 });
    await expect(exec.start({})).rejects.toMatchObject({ statusCode: 409 });
  });

  it('on a terminal is raw and takes a size', async () => {
    const container = await client.run(['sleep', '1000']);
    const exec = await container.exec({ Cmd: ['sh'], AttachStdin: true, AttachStdout: true, Tty: true });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
    stream.write('echo re""ady\n');
    await readUntil(stream, 'ready');
    await exec.resize({ h: 33, w: 77 });
    stream.write('stty size\n');
    await readUntil(stream, '33 77');
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.resume();
    stream.write('exit 6\n');
    await ended;
    expect(await exec.inspect()).toMatchObject({ ExitCode: 6 });
  });

  it('detached runs on its own', async () => {
    const container = await client.run(['sleep', '1000']);
    const exec = await container.exec({ Cmd: ['touch', '/tmp/done'] });
    const stream = await exec.start({ Detach: true });
    stream.resume();
    await expect.poll(async () => (await exec.inspect()).ExitCode).toBe(0);
    const check = await container.exec({ Cmd: ['ls', '/tmp'], AttachStdout: true });
    expect((await demultiplexed(client.docker, await check.start({}))).stdout).toBe('done\n');
  });

  it('in a container that does not run is refused', async () => {
    const container = await client.docker.createContainer({ Image: 'busybox', Cmd: ['true'] });
    await expect(container.exec({ Cmd: ['true'] })).rejects.toMatchObject({
      statusCode: 409,
      json: { message: `container ${container.id} is not running` },
    });
  });
});

describe('logs', () => {
  it('come whole, from the end, of a time, and with times', async () => {
    const container = await client.run(['sh', '-c', 'for i in 1 2 3 4 5; do echo line $i; done; echo err >&2']);
    await container.wait();
    const all = await container.logs({ stdout: true, stderr: true });
    expect(lines(all)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'err']);
    expect(lines(await container.logs({ stdout: true, tail: 2 }))).toEqual(['line 5']);
    const [stamped = ''] = lines(await container.logs({ stdout: true, timestamps: true }));
    expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 1$/);
    const later = Math.floor(Date.now() / 1000) + 60;
    expect(lines(await container.logs({ stdout: true, since: later }))).toEqual([]);
    expect(lines(await container.logs({ stdout: true, since: 1, until: later }))).toHaveLength(5);
  });

  it('are followed to the end', async () => {
    const container = await client.run(['sh', '-c', 'echo first; read line; echo $line'], { OpenStdin: true });
    const followed = await container.logs({ stdout: true, stderr: true, follow: true });
    const output = demultiplexed(client.docker, followed);
    const input = await container.attach({ stream: true, hijack: true, stdin: true });
    input.write('last\n');
    expect((await output).stdout).toBe('first\nlast\n');
  });

  it('of a terminal are raw', async () => {
    const container = await client.run(['echo', 'raw'], { Tty: true });
    await container.wait();
    expect((await container.logs({ stdout: true })).toString()).toBe('raw\r\n');
  });

  it('need a stream', async () => {
    const container = await client.run(['true']);
    await expect(container.logs({})).rejects.toMatchObject({
      statusCode: 400,
      json: { message: 'Bad parameters: you must choose at least one stream' },
    });
  });
});

describe('events', () => {
  it('tell of each transition, filtered', async () => {
    const stream = await client.docker.getEvents({ filters: { type: ['container'], label: ['watched'] } });
    const other = await client.run(['true']);
    await other.wait();
    const container = await client.run(['true'], { name: 'seen', Labels: { watched: '' } });
    await container.wait();
    await container.remove();
    const actions: unknown[] = [];
    for await (const event of jsonLines(stream as AsyncIterable<Uint8Array>)) {
      expect(event).toMatchObject({ Type: 'container', Actor: { ID: container.id }, scope: 'local' });
      actions.push(event['Action']);
      if (event['Action'] === 'destroy') break;
    }
    expect(actions).toEqual(['create', 'start', 'die', 'destroy']);
  });

  it('of the past end by themselves', async () => {
    const since = Math.floor(Date.now() / 1000) - 1;
    const container = await client.run(['sh', '-c', 'exit 2']);
    await container.wait();
    await container.remove();
    const until = Math.ceil(Date.now() / 1000) + 1;
    const stream = await client.docker.getEvents({
      since,
      until,
      filters: { container: [container.id], event: ['die'] },
    });
    const [died, ...rest] = (await textOf(stream as AsyncIterable<Uint8Array>)).trim().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(died ?? '')).toMatchObject({
      Action: 'die',
      Actor: { Attributes: { exitCode: '2', image: 'busybox' } },
    });
  });
});

/** Lines of a multiplexed stream that was read whole. */
function lines(bytes: Buffer): string[] {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at + 4);
    text += bytes.subarray(at + 8, at + 8 + size).toString();
    at += 8 + size;
  }
  return text.split('\n').filter((line) => line !== '');
}
