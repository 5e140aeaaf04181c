// What every `inspect` command does with what it found: JSON as the daemon sent it, or a template for each object.
import type { CliContext } from '../cli-context.ts';
import { CliError, errorText, throwJoined } from '../cli-error.ts';
import { indentJson } from '../format/json-indent.ts';
import { markRaw } from '../template/go-fields.ts';
import { Template } from '../template/template.ts';
import { TemplateStruct } from '../template/values.ts';
import { goShape } from './go-shape.ts';

export interface Found {
  /** JSON, as received. */
  readonly raw: string;
  readonly kind: 'container' | 'image' | undefined;
  /** Where Docker's client reads it into a Go type and nothing else: members that it does not know are errors. */
  readonly typed?: { readonly name: string; readonly absent: Readonly<Record<string, unknown>> };
}

const BAD_TEMPLATE = 64;

function parsed(format: string): Template {
  try {
    return new Template(format);
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`, BAD_TEMPLATE);
  }
}

function rendered(template: Template, { raw, kind, typed }: Found): string {
  const shape = goShape(JSON.parse(raw), kind);
  try {
    if (typed !== undefined) {
      const fields = { ...typed.absent, ...(shape as Readonly<Record<string, unknown>>) };
      return `${template.render(new TemplateStruct(typed.name, fields, () => raw.trim()))}\n`;
    }
    return withFallback(
      () => `${template.render(shape, 'error')}\n`,
      // What Docker's types do not have may yet be in what the daemon sent.
      () => {
        const decoded: unknown = JSON.parse(raw);
        markRaw(decoded);
        return `${template.render(decoded, 'error')}\n`;
      },
    );
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`);
  }
}

function withFallback(first: () => string, second: () => string): string {
  try {
    return first();
  } catch {
    return second();
  }
}

/** Shows what could be found, then fails with what could not. */
export async function inspectAll(
  context: CliContext,
  references: readonly string[],
  format: string,
  find: (reference: string) => Promise<Found>,
): Promise<void> {
  const template = format === '' || format === 'json' ? undefined : parsed(format);
  const outputs: string[] = [];
  const errors: unknown[] = [];
  for (const reference of references) {
    try {
      const found = await find(reference);
      outputs.push(template === undefined ? found.raw : rendered(template, found));
    } catch (error) {
      errors.push(error);
    }
  }
  if (template !== undefined) await context.out.write(outputs.length === 0 ? '\n' : outputs.join(''));
  else await context.out.line(indentJson(`[${outputs.join(',')}]`, format === 'json' ? '' : '    '));
  throwJoined(errors);
}
