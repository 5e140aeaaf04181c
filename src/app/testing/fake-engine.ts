// The fake's engine: a list of containers that behaves enough like the Engine API for the page's own requests.
import type { EngineRequest, EngineResponse } from '../../contracts/worker-surface.ts';

export interface FakeContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly Command: string;
  State: 'running' | 'exited';
  ExitCode: number;
}

export class FakeEngine {
  readonly containers: FakeContainer[] = [];
  /** Every path that was asked for. */
  readonly asked: string[] = [];
  readonly #watchers = new Set<(event: unknown) => void>();

  run(image: string, command: string): FakeContainer {
    const id = (this.containers.length + 1).toString(16).padStart(64, 'a0f3');
    const container: FakeContainer = {
      Id: id,
      Names: [`/calm_ferry_${this.containers.length + 1}`],
      Image: image,
      Command: command,
      State: 'running',
      ExitCode: 0,
    };
    this.containers.unshift(container);
    this.#tell('start', id);
    return container;
  }

  end(container: FakeContainer, exitCode: number): void {
    container.State = 'exited';
    container.ExitCode = exitCode;
    this.#tell('die', container.Id);
  }

  watch(onEvent: (event: unknown) => void): () => void {
    this.#watchers.add(onEvent);
    return () => this.#watchers.delete(onEvent);
  }

  answer({ path }: EngineRequest): EngineResponse {
    this.asked.push(path);
    if (path === '/version') return ok({ Version: '28.2.2' });
    if (path === '/containers/json') return ok(this.containers.filter(({ State }) => State === 'running'));
    if (path === '/containers/json?all=1') return ok(this.containers);
    const id = /^\/containers\/(\w+)\/json$/.exec(path)?.[1];
    const found = this.containers.find(({ Id }) => Id === id);
    if (found !== undefined) return ok({ State: { ExitCode: found.ExitCode } });
    return { status: 404, body: JSON.stringify({ message: 'page not found' }) };
  }

  #tell(action: string, id: string): void {
    for (const watcher of this.#watchers) watcher({ Type: 'container', Action: action, Actor: { ID: id } });
  }
}

function ok(body: unknown): EngineResponse {
  return { status: 200, body: JSON.stringify(body) };
}
