// `--format` of the commands that list things: a table, JSON lines, or the user's own Go template.
import { htmlSafeJson } from '../../shared/go-json.ts';
import { CliError, errorText } from '../cli-error.ts';
import { Template } from '../template/template.ts';
import { goJson, TemplateStruct, sortedEntries } from '../template/values.ts';
import { alignTabs, TABLE_TABS } from './tab-writer.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Listing {
  /** What the user wrote, or the command's default: `table ...`, `json`, or a template. */
  readonly format: string;
  /** Go's name of a row's type, for errors. */
  readonly typeName: string;
  /** Column names by field. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fields by name; functions are evaluated when the template names them. */
  readonly rows: readonly Row[];
}

/** Only what needs no argument goes into JSON, sorted by name. */
function plainFields(row: Row): Record<string, unknown> {
  const pairs = sortedEntries(row).filter(([, value]) => typeof value !== 'function' || value.length === 0);
  return Object.fromEntries(
    pairs.map(([key, value]) => [key, typeof value === 'function' ? (value as () => unknown)() : value]),
  );
}

/** Docker's rows are the one place where its JSON is safe for HTML. */
export function rowJson(row: Row): string {
  return htmlSafeJson(goJson(plainFields(row)));
}

/** In a header `.Label "x.y"` shows as the label's last part. */
function headerLabel(name: unknown): string {
  const text = String(name);
  return text.slice(text.lastIndexOf('.') + 1).replaceAll(/[-_]/g, ' ');
}

/** What Docker makes of `--format` before it is a template: no word in front, and written escapes for tabs and lines. */
export function templateSource(format: string): string {
  if (format === 'json') return '{{json .}}';
  return (format.startsWith('table') ? format.slice('table'.length) : format)
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
}

/** The whole output. @throws CliError in Docker's words */
export function renderListing({ format, typeName, headers, rows }: Listing): string {
  if (format === 'json') return rows.map((row) => `${rowJson(row)}\n`).join('');
  const isTable = format.startsWith('table');
  try {
    const template = new Template(templateSource(format));
    const lines = rows.map((row) => `${template.render(new TemplateStruct(typeName, row, () => rowJson(row)))}\n`);
    if (!isTable) return lines.join('');
    const columns = new TemplateStruct('formatter.SubHeaderContext', {
      ...headers,
      Label: (name: unknown) => headerLabel(name),
    });
    return alignTabs(`${header(template, columns)}\n${lines.join('')}`, TABLE_TABS);
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`);
  }
}

/** A header that cannot be rendered is left out, as Docker does. */
function header(template: Template, columns: TemplateStruct): string {
  try {
    return template.renderHeader(columns);
  } catch {
    return '';
  }
}
