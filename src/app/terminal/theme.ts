// The terminal draws its own text, so it needs colours as values. They stand with all others in styles/tokens.css; a probe
// asks the browser what each one comes to in the theme that is shown.
import type { ITheme } from '@xterm/xterm';

const COLOURS: Readonly<
  Record<
    keyof Omit<
      ITheme,
      | 'extendedAnsi'
      | 'scrollbarSliderBackground'
      | 'scrollbarSliderHoverBackground'
      | 'scrollbarSliderActiveBackground'
      | 'overviewRulerBorder'
    >,
    string
  >
> = {
  background: 'terminal',
  foreground: 'terminal-ink',
  cursor: 'terminal-cursor',
  cursorAccent: 'terminal',
  selectionBackground: 'terminal-selection',
  selectionForeground: 'terminal-ink',
  selectionInactiveBackground: 'terminal-selection',
  black: 'ansi-black',
  red: 'ansi-red',
  green: 'ansi-green',
  yellow: 'ansi-yellow',
  blue: 'ansi-blue',
  magenta: 'ansi-magenta',
  cyan: 'ansi-cyan',
  white: 'ansi-white',
  brightBlack: 'ansi-bright-black',
  brightRed: 'ansi-red',
  brightGreen: 'ansi-green',
  brightYellow: 'ansi-yellow',
  brightBlue: 'ansi-blue',
  brightMagenta: 'ansi-magenta',
  brightCyan: 'ansi-cyan',
  brightWhite: 'ansi-bright-white',
};

export function readTheme(host: HTMLElement): ITheme {
  const probe = host.ownerDocument.createElement('i');
  probe.hidden = true;
  host.append(probe);
  const entries = Object.entries(COLOURS).map(([name, token]) => {
    probe.style.color = `var(--${token})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as ITheme;
}
