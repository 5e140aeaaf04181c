// Joins a task of the guest with this process: standard streams, window size, exit code.
import { Readable, Writable } from 'node:stream';
import type { Task } from '../contracts/runtime.ts';

/** Resolves with the task's exit code after everything it printed was handed to this process's streams. */
export async function runOnProcess(task: Task, tty: boolean): Promise<number> {
  const restore = tty ? enterRawMode(task) : () => undefined;
  try {
    const input = feed(task);
    const [{ exitCode }] = await Promise.all([
      task.exited,
      drain(task.stdout, process.stdout),
      drain(task.stderr, process.stderr),
    ]);
    input.abort();
    return exitCode;
  } finally {
    restore();
  }
}

function enterRawMode(task: Task): () => void {
  process.stdin.setRawMode(true);
  const onResize = () => void task.resize(process.stdout.columns, process.stdout.rows);
  process.stdout.on('resize', onResize);
  return () => {
    process.stdout.off('resize', onResize);
    process.stdin.setRawMode(false);
  };
}

function feed(task: Task): AbortController {
  const stop = new AbortController();
  const source = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
  // The task may end, or close its input, long before ours does: neither is an error of the run.
  source.pipeTo(task.stdin, { signal: stop.signal }).catch(() => undefined);
  return stop;
}

async function drain(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<void> {
  const sink = Writable.toWeb(to) as WritableStream<Uint8Array>;
  const writer = sink.getWriter();
  try {
    for await (const chunk of from) await writer.write(chunk);
  } finally {
    writer.releaseLock();
  }
}
