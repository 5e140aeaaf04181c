// Docker's `--format`: a Go template with Docker's functions. The one door into this folder.
import type { ParsedTemplate } from './ast.ts';
import type { TemplateFunction } from './builtin-functions.ts';
import { BUILTIN_FUNCTIONS } from './builtin-functions.ts';
import { DOCKER_FUNCTIONS, HEADER_FUNCTIONS } from './docker-functions.ts';
import { execute } from './execute.ts';
import { parseTemplate } from './parser.ts';

export interface TemplateOptions {
  /** Go's name of the template, in errors. Docker leaves it empty nearly everywhere. */
  readonly name?: string;
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
}

export class Template {
  readonly #parsed: ParsedTemplate;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;

  /** @throws TemplateError */
  constructor(source: string, options: TemplateOptions = {}) {
    this.#functions = { ...BUILTIN_FUNCTIONS, ...DOCKER_FUNCTIONS, ...options.functions };
    const names = new Set([...Object.keys(this.#functions), 'and', 'or', 'not', 'call']);
    this.#parsed = parseTemplate(options.name ?? '', source, names);
  }

  /** @param missingKey `error`: an unknown key of a map is an error @throws TemplateError */
  render(data: unknown, missingKey: 'error' | 'default' = 'default'): string {
    return execute(this.#parsed, data, { functions: this.#functions, missingKey });
  }

  /** The template applied to a table's column names. */
  renderHeader(columns: unknown): string {
    return execute(this.#parsed, columns, {
      functions: { ...this.#functions, ...HEADER_FUNCTIONS },
      missingKey: 'default',
    });
  }
}
