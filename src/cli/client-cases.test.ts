// Our client beside the real one: the same command lines, the same scripted daemon, the same output, exit code and requests.
// What the real one did is in testing/cases/*.real.json; test/data/record-docker-client.ts writes it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runDocker } from './run-docker.ts';
import type { ClientCase, ClientRun, RecordedRequest } from './testing/client-case.ts';
import { MemorySession } from './testing/memory-session.ts';
import { ScriptedDoor } from './testing/scripted-door.ts';

const folder = join(import.meta.dirname, 'testing/cases');
const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
const groups = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.endsWith('.real.json'));

/** The real client merges proxies into the environment through a Go map: in any order. */
function sortedEnvironment({ request, body }: RecordedRequest): RecordedRequest {
  const env = (body as { Env?: readonly string[] | null } | undefined)?.Env;
  return { request, ...(body === undefined ? {} : { body: env == null ? body : { ...body, Env: [...env].sort() } }) };
}

/** The real client also asks things whose answers change nothing here, and does several things at a time in any order. */
function meaningful(requests: readonly RecordedRequest[]): RecordedRequest[] {
  return [...requests]
    .sort((a, b) => (a.request < b.request ? -1 : 1))
    .map(sortedEnvironment)
    .filter(({ request }) => !/\/wait(\?|$)|^GET \/info$|\/resize\?/.test(request));
}

/** Lines of the client's log carry the time of the run. */
const timeless = (text: string) => text.replace(/time="[^"]*"/g, 'time="..."');

describe.each(groups)('%s', (file) => {
  const cases = Object.entries(read<Record<string, ClientCase>>(file));
  const real = read<{ recordedAtMs: number; runs: Record<string, ClientRun> }>(file.replace('.json', '.real.json'));
  afterEach(() => vi.useRealTimers());

  it.each(cases)('%s', async (name, given) => {
    // `25 years ago` is true only on the day of the recording.
    vi.useFakeTimers({ toFake: ['Date'], now: real.recordedAtMs });
    const expected = real.runs[name];
    const session = new MemorySession({
      args: given.args,
      env: { HOME: '/root', ...given.env },
      stdin: given.stdin ?? '',
      ...(given.files === undefined ? {} : { files: given.files }),
    });
    const door = new ScriptedDoor(given);
    const exitCode = await runDocker(session, door);
    expect({ exitCode, stdout: session.stdout.text, stderr: timeless(session.stderr.text) }).toEqual({
      exitCode: expected?.exitCode,
      stdout: expected?.stdout,
      stderr: timeless(expected?.stderr ?? ''),
    });
    expect(meaningful(door.requests)).toEqual(meaningful(expected?.requests ?? []));
    for (const [path, text] of Object.entries(expected?.written ?? {})) expect(session.contents.get(path)).toBe(text);
  });
});
