// WCAG 2.2 AA, computed from the tokens themselves: 4.5:1 for text, 3:1 for what must be seen to be used.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name ?? '',
    { light: light ?? '', dark: dark ?? '' },
  ]),
);

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

const text = [
  ...['ink', 'ink-soft', 'harbour', 'rust', 'done'].flatMap((ink) => [
    [ink, 'surface'],
    [ink, 'sunken'],
    [ink, 'terminal'],
  ]),
  ['ink', 'raised'],
  ['ink', 'harbour-wash'],
  ['harbour', 'harbour-wash'],
  ['done', 'done-wash'],
  ['surface', 'done'],
  ['on-harbour', 'harbour'],
  ['on-harbour', 'harbour-deep'],
  ['terminal-ink', 'terminal'],
  ['terminal-ink', 'terminal-selection'],
  ...['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'bright-white', 'bright-black'].map((ansi) => [
    `ansi-${ansi}`,
    'terminal',
  ]),
] as [string, string][];
const shapes: [string, string][] = [
  ['line-strong', 'surface'],
  ['line-strong', 'raised'],
  ['line-strong', 'terminal'],
  ['harbour', 'ground'],
  ['terminal-cursor', 'terminal'],
];

describe.each(['light', 'dark'] as const)('contrast in the %s theme', (theme) => {
  const ratio = ([front, back]: [string, string]) => {
    const [a, b] = [tokens.get(front), tokens.get(back)];
    if (a === undefined || b === undefined) throw new Error(`no such tokens: ${front}, ${back}`);
    return contrast(a[theme], b[theme]);
  };

  it.each(text)('%s on %s can be read', (front, back) => expect(ratio([front, back])).toBeGreaterThanOrEqual(4.5));
  it.each(shapes)('%s on %s can be seen', (front, back) => expect(ratio([front, back])).toBeGreaterThanOrEqual(3));
});
