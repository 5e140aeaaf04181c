// What a visitor chose about the page itself. Kept in the browser; the theme is also read by the script in index.html.
import { MediaQuery } from 'svelte/reactivity';
import type { Language } from '../../contracts/language.ts';
import { LANGUAGES } from '../../contracts/language.ts';
import type { KeyValueStore } from './storage.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export class Preferences {
  readonly #store: KeyValueStore;
  readonly #systemDark = new MediaQuery('prefers-color-scheme: dark');
  #language = $state<Language>('en');
  #theme = $state<Theme>('auto');
  #screenReader = $state(false);

  /** @param spoken languages of the browser, the favourite first */
  constructor(store: KeyValueStore, spoken: readonly string[]) {
    this.#store = store;
    this.#language = known(LANGUAGES, store.get('language')) ?? preferredLanguage(spoken);
    this.#theme = known(THEMES, store.get('theme')) ?? 'auto';
    this.#screenReader = store.get('screen-reader') === 'on';
  }

  get language(): Language {
    return this.#language;
  }
  set language(language: Language) {
    this.#language = language;
    this.#store.set('language', language);
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    this.#store.set('theme', theme);
  }

  /** What `auto` comes to. */
  get shownTheme(): 'light' | 'dark' {
    if (this.#theme !== 'auto') return this.#theme;
    return this.#systemDark.current ? 'dark' : 'light';
  }

  /** The terminal's text also goes to a screen reader; costs speed, so it is asked for. */
  get screenReader(): boolean {
    return this.#screenReader;
  }
  set screenReader(on: boolean) {
    this.#screenReader = on;
    this.#store.set('screen-reader', on ? 'on' : 'off');
  }
}

/** Any Chinese reads Simplified better than English, as long as there is no other. */
export function preferredLanguage(spoken: readonly string[]): Language {
  for (const tag of spoken) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

function known<T extends string>(values: readonly T[], value: string | undefined): T | undefined {
  return values.find((candidate) => candidate === value);
}
