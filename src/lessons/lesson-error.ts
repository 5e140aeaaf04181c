// Every complaint about a lesson points at the place in its file, so that an editor can jump there.
import { DrydockError } from '../contracts/errors.ts';

export class LessonError extends DrydockError {
  readonly file: string;
  /** Starts at 1. */
  readonly line: number;
  readonly problem: string;

  constructor(file: string, line: number, problem: string) {
    super('invalid-argument', `Cannot read lesson ${file}:${line}: ${problem}`);
    this.name = 'LessonError';
    this.file = file;
    this.line = line;
    this.problem = problem;
  }
}
