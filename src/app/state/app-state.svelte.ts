// Everything the page knows, put together once, outside every component; components find it through their context.
import { createContext } from 'svelte';
import { findLesson } from '../../lessons/catalog.ts';
import type { BootAttempt } from '../client/boot-attempt.ts';
import { EngineFeed } from '../client/engine-feed.ts';
import type { Messages } from '../i18n/en.ts';
import { messagesIn } from '../i18n/messages.ts';
import { LessonState } from '../lesson/lesson-state.svelte.ts';
import { Terminals } from '../terminal/terminals.svelte.ts';
import { EngineStatus } from './engine-status.svelte.ts';
import { MachineState } from './machine-state.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { safeStore } from './storage.ts';

export type Pane = 'lesson' | 'terminal';

export class AppState {
  readonly preferences: Preferences;
  readonly machine: MachineState;
  readonly engine: EngineStatus;
  readonly lesson: LessonState;
  readonly terminals: Terminals;
  /** Which part a narrow screen shows. */
  pane = $state<Pane>('lesson');
  readonly #feed = new EngineFeed();
  #screenMissing = false;

  constructor(first: BootAttempt, beginBoot: () => BootAttempt) {
    const store = safeStore(() => window.localStorage);
    this.preferences = new Preferences(store, navigator.languages);
    this.machine = new MachineState(first, beginBoot, () => ({
      online: navigator.onLine,
      webAssembly: typeof WebAssembly === 'object',
    }));
    this.engine = new EngineStatus(this.#feed);
    this.lesson = new LessonState(findLesson(undefined), store, this.#feed);
    this.terminals = new Terminals(() => this.text);
    // Asked for at once: the shell opens in the moment in which the machine runs.
    this.machine.onBegin((surface, signal) => {
      this.terminals.connect(surface, signal).catch((error: unknown) => {
        this.#screenMissing = true;
        this.machine.fail(error);
      });
    });
    this.machine.onReady((surface, signal) => {
      this.lesson.connect(surface, signal);
      // Neither is worth stopping the page for: the terminal works, and a step can be checked by hand.
      this.engine.connect(surface, signal).catch(noteUnless(signal));
      this.#feed.follow(surface, signal).catch(noteUnless(signal));
    });
  }

  get text(): Messages {
    return messagesIn(this.preferences.language);
  }

  /** Types a lesson's command into the terminal, and shows it. */
  async runCommand(id: string, command: string): Promise<void> {
    const typed = this.terminals.active.run(command);
    this.lesson.follow(id, typed);
    this.showTerminal();
    await typed;
  }

  showTerminal(): void {
    this.pane = 'terminal';
    // On a narrow screen it was hidden until now, and what is hidden takes no focus.
    requestAnimationFrame(() => this.terminals.active.focus());
  }

  /** After a failure. A browser does not load a script again that it could not load: then only a new page helps. */
  retry(): void {
    if (this.#screenMissing) location.reload();
    else void this.machine.retry();
  }
}

function noteUnless(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) console.warn(`drydock: ${String(error)}`);
  };
}

export const [getApp, setApp] = createContext<AppState>();
