// What the bench says to a running Drydock: scripts in the guest's shell, calls through the engine's door.
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { scriptShell } from '../../src/compose/shell.ts';

/** @throws when the script fails, with what it printed */
export async function bash(drydock: Drydock, script: string): Promise<string> {
  const task = await drydock.machine.runtime.spawn(scriptShell(script, [], 'bench'));
  await task.stdin.close();
  const [output, errors, { exitCode }] = await Promise.all([text(task.stdout), text(task.stderr), task.exited]);
  if (exitCode !== 0) throw new Error(`The guest's script ended with ${exitCode}: ${output}${errors}`);
  return output;
}

/** JSON in, JSON out; undefined for an empty answer. */
export async function callEngine(drydock: Drydock, method: string, path: string, body?: unknown): Promise<unknown> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await drydock.engine.fetch(new Request(`http://docker${path}`, { method, ...init }));
  const answer = await response.text();
  return answer === '' ? undefined : JSON.parse(answer);
}

function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}
