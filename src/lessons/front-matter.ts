// Front matter is what teachers get wrong most: each fault names its line and the path of the field.
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { LessonError } from './lesson-error.ts';

export interface SplitSource {
  readonly yaml: string;
  readonly markdown: string;
  /** Line of the file on which the Markdown starts; the YAML starts on line 2. */
  readonly markdownLine: number;
}

const YAML_LINE = 2;

export function splitFrontMatter(file: string, source: string): SplitSource {
  const lines = source.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines[0] !== '---') throw new LessonError(file, 1, 'must start with front matter: a line of ---');
  const end = lines.indexOf('---', 1);
  if (end < 0) throw new LessonError(file, 1, 'the front matter has no end: a second line of ---');
  return {
    yaml: lines.slice(1, end).join('\n'),
    markdown: lines.slice(end + 1).join('\n'),
    markdownLine: end + 2,
  };
}

/** @throws LessonError at the line of the first fault */
export function parseFrontMatter<T extends z.ZodType>(file: string, yaml: string, schema: T): z.output<T> {
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line + YAML_LINE - 1;
  const syntaxFault = document.errors[0] ?? document.warnings[0];
  if (syntaxFault !== undefined)
    throw new LessonError(file, lineAt(syntaxFault.pos[0]), `YAML: ${syntaxFault.message}`);

  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  // A missing field has no place of its own: its nearest parent stands in.
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || node.range == null) continue;
    throw new LessonError(file, lineAt(node.range[0]), describe(path, issue));
  }
  throw new LessonError(file, YAML_LINE, describe(path, issue));
}

function describe(path: readonly (string | number)[], issue: z.core.$ZodIssue | undefined): string {
  const field = path.length === 0 ? 'the front matter' : `"${path.join('.')}"`;
  if (issue?.code === 'unrecognized_keys') return `${field} has unknown fields: ${issue.keys.join(', ')}`;
  return `${field} ${issue?.message ?? 'is not right'}`;
}
