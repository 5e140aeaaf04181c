// Which repositories of a registry are meant: "library/*", "team/**", "team/app".

const PATTERN = /^(?:\*\*?|[a-z0-9][a-z0-9._-]*)(?:\/(?:\*\*?|[a-z0-9][a-z0-9._-]*))*$/;

/** @returns undefined for what is no pattern */
export function compilePattern(text: string): RegExp | undefined {
  if (!PATTERN.test(text)) return undefined;
  const parts = text.split('/').map((part) => {
    if (part === '**') return '[^/]+(?:/[^/]+)*';
    return part === '*' ? '[^/]+' : part.replaceAll('.', '\\.');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
