// The one place where HTML enters the page as HTML. It was made from Markdown when the page was built, with raw HTML off and
// links limited (contracts/lesson.ts): nothing that a visitor or the engine says comes this way.
import type { Snippet } from 'svelte';
import { createRawSnippet } from 'svelte';

/** Paragraphs and lists, as a block. */
export function builtBlock(html: string): Snippet {
  return createRawSnippet(() => ({ render: () => `<div class="prose">${html}</div>` }));
}

/** A heading's words. */
export function builtLine(html: string): Snippet {
  return createRawSnippet(() => ({ render: () => `<span>${html}</span>` }));
}
