// Markdown -> blocks, when the page is built: the parser stays out of the bundle, and lessons cannot bring HTML of their own.
import type { Token } from 'markdown-it';
import MarkdownIt from 'markdown-it';
import type { LessonBlock } from '../contracts/lesson.ts';
import { LessonError } from './lesson-error.ts';

const markdown = new MarkdownIt('commonmark', { html: false, linkify: false }).enable(['table', 'strikethrough']);
markdown.validateLink = (url) => /^(https?:\/\/|mailto:|#)/i.test(url.trim());
markdown.disable('image');
markdown.renderer.rules.link_open = (tokens, index, options, _env, renderer) => {
  const token = tokens[index];
  if (token !== undefined && !String(token.attrGet('href')).startsWith('#')) {
    token.attrSet('target', '_blank');
    token.attrSet('rel', 'noopener noreferrer');
  }
  return renderer.renderToken(tokens, index, options);
};

// A line break in the source is a space on the page, which Chinese does not want between its characters.
const CJK = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
markdown.renderer.rules.softbreak = (tokens, index) => {
  const before = tokens[index - 1]?.content.at(-1) ?? '';
  const after = tokens[index + 1]?.content.at(0) ?? '';
  return CJK.test(before) && CJK.test(after) ? '' : '\n';
};

export interface Heading {
  readonly id: string;
  readonly titleHtml: string;
  readonly line: number;
}

export interface Section {
  /** Undefined for what stands before the first `##`. */
  readonly heading: Heading | undefined;
  readonly blocks: readonly LessonBlock[];
}

/** A place in the source: lines of tokens count from where the Markdown starts. */
interface Origin {
  readonly file: string;
  readonly firstLine: number;
}

/** @param firstLine line of `file` on which `source` starts. @throws LessonError */
export function parseSections(file: string, source: string, firstLine: number): Section[] {
  const origin = { file, firstLine };
  const tokens = markdown.parse(source, {});
  const sections: { heading: Heading | undefined; tokens: Token[] }[] = [{ heading: undefined, tokens: [] }];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.type !== 'heading_open' || token.level !== 0 || (token.tag !== 'h1' && token.tag !== 'h2')) {
      sections.at(-1)?.tokens.push(token);
      continue;
    }
    if (token.tag === 'h1') throw fault(origin, token, 'must not use #: the title stands in the front matter');
    sections.push({ heading: parseHeading(origin, token, tokens[at + 1]), tokens: [] });
    at += 2;
  }
  return sections.map(({ heading, tokens: own }) => ({ heading, blocks: toBlocks(origin, own) }));
}

function parseHeading(origin: Origin, open: Token, inline: Token | undefined): Heading {
  const match = /^(.*?)\s*\{#([a-z0-9]+(?:-[a-z0-9]+)*)\}$/.exec(inline?.content ?? '');
  const [, title, id] = match ?? [];
  if (title === undefined || title === '' || id === undefined) {
    throw fault(
      origin,
      open,
      `the step "${inline?.content ?? ''}" must be a title and an id, like: ## Say hello {#say-hello}`,
    );
  }
  return { id, titleHtml: markdown.renderInline(title), line: lineOf(origin, open) };
}

function toBlocks(origin: Origin, tokens: readonly Token[]): LessonBlock[] {
  const blocks: LessonBlock[] = [];
  let prose: Token[] = [];
  const flush = () => {
    if (prose.length > 0)
      blocks.push({ kind: 'html', html: markdown.renderer.render(prose, markdown.options, {}).trim() });
    prose = [];
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.type === 'fence' && token.level === tokens[0]?.level) {
      flush();
      blocks.push(fenceBlock(origin, token));
    } else if (token.type === 'blockquote_open' && /^\[!/.test(tokens[at + 2]?.content ?? '')) {
      flush();
      const end = tokens.findIndex(
        (other, i) => i > at && other.type === 'blockquote_close' && other.level === token.level,
      );
      blocks.push(calloutBlock(origin, tokens.slice(at + 1, end)));
      at = end;
    } else {
      prose.push(token);
    }
  }
  flush();
  return blocks;
}

/** ```sh run: a command for the shell; ```sh run container: for the shell inside a container; all else is to be read. */
function fenceBlock(origin: Origin, token: Token): LessonBlock {
  const [syntax = '', run, where = 'host', ...rest] = token.info.trim().split(/\s+/);
  const text = token.content.replace(/\n+$/, '');
  if (run === undefined) return { kind: 'listing', text, syntax };
  if (syntax !== 'sh' || run !== 'run' || (where !== 'host' && where !== 'container') || rest.length > 0) {
    throw fault(origin, token, `"${token.info}" must be one of: sh run, sh run container, or a single word`);
  }
  if (text.trim() === '') throw fault(origin, token, 'a command block must hold a command');
  return { kind: 'command', text, where };
}

/** A quote that starts with `[!HINT] Title` or `[!NOTE] Title`. */
function calloutBlock(origin: Origin, inner: readonly Token[]): LessonBlock {
  const [open, inline, , ...rest] = inner;
  const [firstLine = '', ...more] = (inline?.content ?? '').split('\n');
  const [, kind, title = ''] = /^\[!([^\]]*)\]\s*(.*)$/.exec(firstLine) ?? [];
  if (open === undefined || (kind !== 'HINT' && kind !== 'NOTE')) {
    throw new LessonError(
      origin.file,
      open === undefined ? origin.firstLine : lineOf(origin, open),
      `"${firstLine}" must start with [!HINT] or [!NOTE]`,
    );
  }
  const opening = more.length === 0 ? [] : markdown.parse(more.join('\n'), {});
  return {
    kind: kind === 'HINT' ? 'hint' : 'note',
    titleHtml: markdown.renderInline(title),
    blocks: [...toBlocks(origin, opening), ...toBlocks(origin, rest)],
  };
}

function lineOf(origin: Origin, token: Token): number {
  return (token.map?.[0] ?? 0) + origin.firstLine;
}

function fault(origin: Origin, token: Token, problem: string): LessonError {
  return new LessonError(origin.file, lineOf(origin, token), problem);
}
