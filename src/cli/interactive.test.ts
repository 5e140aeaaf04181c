// What happens while a container is attached: keys, signals, windows, and a terminal that goes away.
import { describe, expect, it } from 'vitest';
import { runDocker } from './run-docker.ts';
import { stdcopyFrames } from './testing/client-case.ts';
import { LiveDoor } from './testing/live-door.ts';
import type { MemorySessionOptions } from './testing/memory-session.ts';
import { MemorySession } from './testing/memory-session.ts';

const allTerminals = { stdin: true, stdout: true, stderr: true };
const encode = (text: string) => new TextEncoder().encode(text);

function start(line: string, tty: boolean, options: Partial<MemorySessionOptions> = {}) {
  const session = new MemorySession({
    args: line.split(' '),
    terminal: allTerminals,
    window: { cols: 80, rows: 24 },
    ...options,
  });
  const door = new LiveDoor({ tty });
  return { session, door, exit: runDocker(session, door) };
}

describe('docker run -it', () => {
  it('makes the terminal raw, passes keys and output, and gives the terminal back', async () => {
    const { session, door, exit } = start('run -it busybox sh', true);
    await door.until('/start');
    await session.type('ls\r');
    await door.untilTyped('ls\r');
    await door.print(encode('bin\r\n'));
    await session.stdout.until('bin');
    await door.exit(3);
    expect(await exit).toBe(3);
    expect(session.stdout.text).toBe('bin\r\n');
    expect(session.rawModes).toEqual([true, false]);
  });

  it('tells the size of the window at the start and when it changes', async () => {
    const { session, door, exit } = start('run -it busybox sh', true);
    await door.until('/resize?h=24&w=80');
    session.resize({ cols: 100, rows: 50 });
    await door.until('/resize?h=50&w=100');
    await door.exit(0);
    expect(await exit).toBe(0);
    session.resize({ cols: 1, rows: 1 });
    expect(door.requests.filter((request) => request.includes('h=1&'))).toEqual([]);
  });

  it('attaches and waits before it starts', async () => {
    const { door, exit } = start('run --rm -it busybox sh', true);
    await door.until('/start');
    await door.exit(0);
    await exit;
    const order = door.requests.map(
      (request) => /(create|attach|wait\?condition=removed|start)/.exec(request)?.[1] ?? '',
    );
    expect(order.filter((step) => step !== '')).toEqual(['create', 'attach', 'wait?condition=removed', 'start']);
  });

  it('ends quietly on Ctrl-P Ctrl-Q, and leaves the container alone', async () => {
    const { session, door, exit } = start('run -it busybox sh', true);
    await door.until('/start');
    await session.type('a\x10b');
    await session.type('\x10');
    await session.type('\x11');
    expect(await exit).toBe(0);
    expect(door.typed).toBe('a\x10b');
    expect(session.stderr.text).toBe('');
    expect(session.rawModes).toEqual([true, false]);
  });

  it('takes other detach keys', async () => {
    const { session, door, exit } = start('run -it --detach-keys ctrl-a,x busybox sh', true);
    await door.until('/start');
    await session.type('\x01\x01x');
    expect(await exit).toBe(0);
    expect(door.typed).toBe('\x01');
  });
});

describe('docker attach', () => {
  it('says that the detach keys were read', async () => {
    const { session, door, exit } = start('attach c1', true);
    await door.until('/attach');
    await session.type('\x10\x11');
    expect(await exit).toBe(1);
    expect(session.stderr.text).toBe('read escape sequence\n');
  });

  it('makes programs redraw: one size too large, then the real one', async () => {
    const { door, exit } = start('attach c1', true);
    await door.until('/resize?h=24&w=80');
    await door.exit(0);
    expect(await exit).toBe(0);
    const sizes = door.requests
      .filter((request) => request.includes('/resize'))
      .map((request) => request.split('?')[1]);
    expect(sizes).toEqual(['h=25&w=81', 'h=24&w=80']);
  });
});

describe('signals', () => {
  it('go to the container, and its end is the end', async () => {
    const { session, door, exit } = start('run busybox sleep 100', false);
    await door.until('/start');
    session.signal('INT');
    await door.until('/containers/c1/kill?signal=INT');
    await door.exit(130);
    expect(await exit).toBe(130);
    expect(session.signalListeners).toBe(0);
  });

  it('end the client all the same when they come three times', async () => {
    const { session, door, exit } = start('run busybox sleep 100', false);
    await door.until('/start');
    for (let time = 0; time < 3; time += 1) session.signal('INT');
    expect(await exit).toBe(1);
    expect(session.stderr.text).toBe('\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n');
  });

  it('stay here with --sig-proxy=false', async () => {
    const { session, door, exit } = start('run --sig-proxy=false busybox sleep 100', false);
    await door.until('/start');
    session.signal('INT');
    await door.exit(0);
    expect(await exit).toBe(0);
    expect(door.requests.filter((request) => request.includes('/kill'))).toEqual([]);
  });
});

describe('a stub that is gone', () => {
  it('ends a pull: the request is aborted and no container is made', async () => {
    const { session, door, exit } = start('run --pull always busybox', false);
    await door.until('/images/create');
    session.hangUp();
    expect(await exit).toBe(130);
    expect(door.aborted).toEqual(['POST /images/create?fromImage=docker.io%2Flibrary%2Fbusybox&tag=latest']);
    expect(door.requests.some((request) => request.includes('/containers'))).toBe(false);
  });

  it('ends an attached session', async () => {
    const { session, door, exit } = start('run -it busybox sh', true);
    await door.until('/start');
    session.hangUp();
    expect(await exit).toBe(130);
    expect(session.rawModes.at(-1)).toBe(false);
  });
});

describe('streams', () => {
  it('waits for a slow terminal', async () => {
    const { session, door, exit } = start('run busybox yes', false);
    await door.until('/start');
    const open: (() => void)[] = [];
    const write = session.stdout.write.bind(session.stdout);
    session.stdout.write = async (bytes) => {
      await new Promise<void>((resolve) => open.push(resolve));
      await write(bytes);
    };
    let printed = 0;
    const printing = (async () => {
      for (; printed < 50; printed += 1) await door.print(stdcopyFrames([[1, 'y\n']]));
    })();
    while (open.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(printed).toBeLessThan(10);
    session.stdout.write = write;
    open[0]?.();
    await printing;
    await door.exit(0);
    expect(await exit).toBe(0);
    expect(session.stdout.text).toBe('y\n'.repeat(50));
  });

  it('closes the container’s input at the end of ours', async () => {
    const { door, exit } = start('run -i busybox cat', false, { terminal: {}, stdin: 'hi' });
    await door.untilTyped('hi');
    await door.exit(0);
    expect(await exit).toBe(0);
    expect(door.inputClosed).toBe(true);
  });
});
