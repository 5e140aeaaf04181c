// Indents JSON without decoding it: what `docker inspect` prints is what the daemon sent, numbers and escapes included.

/** Go's json.Indent. With no indent, json.Compact. */
export function indentJson(text: string, indent: string): string {
  const parts: string[] = [];
  let depth = 0;
  const newline = () => (indent === '' ? '' : `\n${indent.repeat(depth)}`);
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g);
  let opened = false;
  for (const [token] of tokens) {
    if (opened && token !== '}' && token !== ']') parts.push(newline());
    const wasOpened = opened;
    opened = false;
    if (token === '{' || token === '[') {
      depth += 1;
      opened = true;
      parts.push(token);
    } else if (token === '}' || token === ']') {
      depth -= 1;
      parts.push(wasOpened ? token : newline() + token);
    } else if (token === ',') parts.push(token + newline());
    else if (token === ':') parts.push(indent === '' ? ':' : ': ');
    else parts.push(token);
  }
  return parts.join('');
}
