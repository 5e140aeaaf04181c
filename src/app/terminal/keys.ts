// A terminal takes every key. These few belong to the page: the way out for those who use only the keyboard, and the
// clipboard keys that people know.

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * - `switch-pane`: move the focus between lesson and terminal.
 * - `copy`: copy the selection; Ctrl+C still interrupts when nothing is selected.
 * - `paste`: leave it to the browser, which then pastes.
 * - `terminal`: everything else.
 */
export type KeyAction = 'switch-pane' | 'copy' | 'paste' | 'terminal';

export function keyAction(press: KeyPress, hasSelection: boolean): KeyAction {
  if (!press.ctrlKey || press.altKey || press.metaKey) return 'terminal';
  const key = press.key.toLowerCase();
  if (key === 'l' && press.shiftKey) return 'switch-pane';
  if (key === 'c' && (press.shiftKey || hasSelection)) return 'copy';
  if (key === 'v') return 'paste';
  return 'terminal';
}
