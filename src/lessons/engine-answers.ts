// The few members of the engine's answers that checks look at, read with care and without a schema library: this runs in
// the page, where every kilobyte comes before the prompt.
import { DrydockError } from '../contracts/errors.ts';

/** Of an item of GET /containers/json. */
export interface ContainerSummary {
  readonly Id: string;
  /** Each with a leading slash. */
  readonly Names: readonly string[];
  readonly Image: string;
  readonly Command: string;
  readonly State: string;
}

export function readContainerList(answer: unknown): ContainerSummary[] {
  if (!Array.isArray(answer)) throw unexpected('a list of containers', answer);
  return answer.map((item: unknown) => {
    const { Id, Names, Image, Command, State } = asObject('a container', item);
    return {
      Id: asText(Id),
      Names: Array.isArray(Names) ? Names.map(asText) : [],
      Image: asText(Image),
      Command: asText(Command),
      State: asText(State),
    };
  });
}

/** Of GET /containers/{id}/json. */
export function readExitCode(answer: unknown): number {
  const { ExitCode } = asObject("a container's state", asObject('a container', answer)['State']);
  if (typeof ExitCode !== 'number') throw unexpected('an exit code', ExitCode);
  return ExitCode;
}

function asObject(what: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw unexpected(what, value);
  return value as Record<string, unknown>;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw unexpected('a text', value);
  return value;
}

function unexpected(what: string, value: unknown): DrydockError {
  return new DrydockError('internal', `Cannot check the step: the engine sent ${JSON.stringify(value)} for ${what}`);
}
