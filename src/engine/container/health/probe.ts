// One health check: a real exec, with a limit of time and of what is kept of its output.
import type { Task } from '../../../contracts/runtime.ts';
import type { ContainerContext } from '../container-context.ts';
import type { Container } from '../container.ts';
import { registerExec, runExec } from '../exec/exec.ts';
import { execRequestSchema } from '../exec/exec-request.ts';
import { SIGKILL } from '../signals.ts';
import type { HealthPlan } from './health-config.ts';
import type { ProbeResult } from './health-state.ts';

const MAX_OUTPUT_BYTES = 4096;

/** Never rejects; a check that cannot run is one that failed. Ends soon after `signal` aborts. */
export async function probe(
  context: ContainerContext,
  container: Container,
  plan: HealthPlan,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { clock } = context;
  const startMs = clock.nowMs();
  try {
    const found = await ask(context, container, plan, signal);
    return { startMs, endMs: clock.nowMs(), ...found };
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    return { startMs, endMs: clock.nowMs(), exitCode: -1, output };
  }
}

async function ask(
  context: ContainerContext,
  container: Container,
  plan: HealthPlan,
  signal: AbortSignal,
): Promise<Pick<ProbeResult, 'exitCode' | 'output'>> {
  const exec = registerExec(
    context,
    container,
    execRequestSchema.parse({ Cmd: plan.command, AttachStdout: true, AttachStderr: true }),
    new Uint8Array(0),
  );
  const reader = exec.io.hub.attach({ stdout: true, stderr: true, multiplexed: false });
  const output = firstBytes(reader.readable);
  await runExec(context, exec, { Detach: false, Tty: false });
  const task = await exec.started.promise;
  const timedOut = await endsLate(context, task, plan.timeoutMs, signal);
  const { exitCode = -1 } = (await task?.exited) ?? {};
  const text = await output;
  if (!timedOut) return { exitCode, output: text };
  const limit = `Health check exceeded timeout (${goDuration(plan.timeoutMs)})`;
  return { exitCode: -1, output: text === '' ? limit : `${limit}: ${text}` };
}

/** Kills it when it is late, or nobody wants to know any more. @returns true when it was late */
async function endsLate(
  { clock }: ContainerContext,
  task: Task | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (task === undefined) return false;
  let late = false;
  const kill = (): void => void task.signal(SIGKILL).catch(() => undefined);
  const cancel = clock.after(timeoutMs, () => {
    late = true;
    kill();
  });
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  await task.exited;
  cancel();
  signal.removeEventListener('abort', kill);
  return late;
}

async function firstBytes(stream: ReadableStream<Uint8Array>): Promise<string> {
  const kept: number[] = [];
  let cut = false;
  for await (const chunk of stream) {
    const room = MAX_OUTPUT_BYTES - kept.length;
    if (room > 0) kept.push(...chunk.subarray(0, room));
    cut ||= chunk.length > room;
  }
  return new TextDecoder().decode(Uint8Array.from(kept)) + (cut ? '...' : '');
}

/** As Go prints a time.Duration: 30s, 1m30s, 1.5s, 200ms. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
