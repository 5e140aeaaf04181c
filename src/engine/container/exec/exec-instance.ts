// One `docker exec`: created, started once, then kept for a while so that its exit code can be asked for.
import type { Task } from '../../../contracts/runtime.ts';
import { deferred } from '../../../shared/deferred.ts';
import type { Clock } from '../../clock.ts';
import type { Container } from '../container.ts';
import { ProcessIo } from '../io/process-io.ts';
import type { ExecRequestBody } from './exec-request.ts';

export interface ExecOptions {
  readonly id: string;
  readonly container: Container;
  readonly request: ExecRequestBody;
  readonly env: readonly string[];
  readonly detachKeys: Uint8Array;
  readonly clock: Clock;
}

export class ExecInstance {
  readonly id: string;
  readonly container: Container;
  readonly request: ExecRequestBody;
  readonly env: readonly string[];
  readonly detachKeys: Uint8Array;
  readonly io: ProcessIo;
  running = false;
  exitCode: number | undefined;
  endedAtMs: number | undefined;
  pid = 0;
  /** Its process; undefined when it could not start. */
  readonly started = deferred<Task | undefined>();

  constructor(options: ExecOptions) {
    this.id = options.id;
    this.container = options.container;
    this.request = options.request;
    this.env = options.env;
    this.detachKeys = options.detachKeys;
    this.io = new ProcessIo(options.clock);
  }
}
