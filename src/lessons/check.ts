// Whether a step is done, asked of the engine itself through the Engine API: never guessed from what was typed.
import { DrydockError } from '../contracts/errors.ts';
import type { Check, ContainerCheck, RequestCheck } from '../contracts/lesson.ts';
import type { EngineRequest, EngineResponse } from '../contracts/worker-surface.ts';
import { normalizeReference } from './image-reference.ts';
import type { ContainerSummary } from './engine-answers.ts';
import { readContainerList, readExitCode } from './engine-answers.ts';
import { containsJson } from './json-subset.ts';

export type AskEngine = (request: EngineRequest) => Promise<EngineResponse>;

/** One answer for each check, in order. @throws DrydockError when the engine itself fails */
export async function evaluateChecks(checks: readonly Check[], ask: AskEngine): Promise<boolean[]> {
  return Promise.all(checks.map((check) => evaluateCheck(check, ask)));
}

export async function evaluateCheck(check: Check, ask: AskEngine): Promise<boolean> {
  switch (check.type) {
    case 'container':
      return (await hasContainer(check, ask)) === check.exists;
    case 'image':
      return (await hasImage(check.reference, ask)) === check.exists;
    case 'request':
      return answersAsExpected(check, ask);
  }
}

async function hasContainer(check: ContainerCheck, ask: AskEngine): Promise<boolean> {
  const all = readContainerList(await getJson('/containers/json?all=1', ask));
  const candidates = all.filter((container) => matches(container, check));
  const { exitCode } = check;
  if (exitCode === undefined) return candidates.length > 0;
  const ended = candidates.filter(({ State }) => State === 'exited' || State === 'dead');
  const codes = await Promise.all(ended.map(({ Id }) => exitCodeOf(Id, ask)));
  return codes.includes(exitCode);
}

function matches(container: ContainerSummary, check: ContainerCheck): boolean {
  return (
    (check.name === undefined || container.Names.includes(`/${check.name}`)) &&
    (check.image === undefined || normalizeReference(container.Image) === normalizeReference(check.image)) &&
    (check.command === undefined || container.Command === check.command) &&
    (check.status === undefined || check.status.some((status) => status === container.State))
  );
}

/** Undefined when the container was removed between the list and this request. */
async function exitCodeOf(id: string, ask: AskEngine): Promise<number | undefined> {
  const response = await ask({ method: 'GET', path: `/containers/${id}/json` });
  if (response.status === 404) return undefined;
  return readExitCode(parseBody(`/containers/${id}/json`, response));
}

async function hasImage(reference: string, ask: AskEngine): Promise<boolean> {
  const path = `/images/${normalizeReference(reference)}/json`;
  const response = await ask({ method: 'GET', path });
  if (response.status === 404) return false;
  parseBody(path, response);
  return true;
}

async function answersAsExpected(check: RequestCheck, ask: AskEngine): Promise<boolean> {
  const response = await ask({ method: 'GET', path: check.path });
  if (response.status !== check.status) return false;
  if (check.expect === undefined) return true;
  return containsJson(JSON.parse(response.body), check.expect);
}

async function getJson(path: string, ask: AskEngine): Promise<unknown> {
  return parseBody(path, await ask({ method: 'GET', path }));
}

function parseBody(path: string, { status, body }: EngineResponse): unknown {
  if (status !== 200)
    throw new DrydockError('internal', `Cannot check the step: GET ${path} answered ${status}: ${body}`);
  return JSON.parse(body);
}
