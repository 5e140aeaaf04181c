import { describe, expect, it } from 'vitest';
import type { KeyPress } from './keys.ts';
import { keyAction } from './keys.ts';

const press = (key: string, ...held: ('ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey')[]): KeyPress => ({
  key,
  ctrlKey: held.includes('ctrlKey'),
  shiftKey: held.includes('shiftKey'),
  altKey: held.includes('altKey'),
  metaKey: held.includes('metaKey'),
});

describe('keyAction', () => {
  it('keeps a way out of the terminal', () => {
    expect(keyAction(press('L', 'ctrlKey', 'shiftKey'), false)).toBe('switch-pane');
    expect(keyAction(press('l', 'ctrlKey'), false)).toBe('terminal');
  });

  it('interrupts with Ctrl+C unless something is selected', () => {
    expect(keyAction(press('c', 'ctrlKey'), false)).toBe('terminal');
    expect(keyAction(press('c', 'ctrlKey'), true)).toBe('copy');
    expect(keyAction(press('C', 'ctrlKey', 'shiftKey'), false)).toBe('copy');
  });

  it('leaves pasting to the browser', () => {
    expect(keyAction(press('v', 'ctrlKey'), false)).toBe('paste');
    expect(keyAction(press('V', 'ctrlKey', 'shiftKey'), false)).toBe('paste');
  });

  it('gives the shell everything else, AltGr included', () => {
    for (const key of [
      press('Tab'),
      press('d', 'ctrlKey'),
      press('p', 'ctrlKey'),
      press('q', 'ctrlKey'),
      press('c', 'metaKey'),
    ]) {
      expect(keyAction(key, true)).toBe('terminal');
    }
    expect(keyAction(press('v', 'ctrlKey', 'altKey'), false)).toBe('terminal');
  });
});
