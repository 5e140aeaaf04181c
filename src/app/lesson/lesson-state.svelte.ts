// The open lesson: its text in the reader's language, which steps are done, and which commands were sent to the terminal.
import { SvelteSet } from 'svelte/reactivity';
import type { Language } from '../../contracts/language.ts';
import type { Lesson, LessonEntry, LessonStep } from '../../contracts/lesson.ts';
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import { evaluateChecks } from '../../lessons/check.ts';
import type { EngineFeed } from '../client/engine-feed.ts';
import type { KeyValueStore } from '../state/storage.ts';
import { loadProgress, saveProgress } from './progress-store.ts';

export class LessonState {
  readonly entry: LessonEntry;
  lesson = $state.raw<Lesson | undefined>();
  /** Why the text could not be loaded. */
  loadError = $state<string | undefined>();
  /** Ids of steps whose checks held once. */
  readonly done: SvelteSet<string>;
  /** Commands that were typed into the terminal, by `<step id>/<place in it>`. */
  readonly sent = new SvelteSet<string>();
  /** Commands that wait for a shell. */
  readonly queued = new SvelteSet<string>();
  /** Engine and events are there: checks are live. */
  live = $state(false);
  /** Why the last look at the engine failed. */
  checkError = $state<string | undefined>();
  readonly #store: KeyValueStore;
  readonly #feed: EngineFeed;
  #surface: WorkerSurface | undefined;
  #looking = false;
  #lookAgain = false;

  constructor(entry: LessonEntry, store: KeyValueStore, feed: EngineFeed) {
    this.entry = entry;
    this.#store = store;
    this.#feed = feed;
    this.done = new SvelteSet(loadProgress(store, entry.id));
    feed.onChange(() => void this.check());
  }

  get checkedSteps(): readonly LessonStep[] {
    return this.lesson?.steps.filter((step) => step.checks.length > 0) ?? [];
  }

  get doneCount(): number {
    return this.checkedSteps.filter((step) => this.done.has(step.id)).length;
  }

  async load(language: Language): Promise<void> {
    try {
      const lesson = await this.entry.load(language);
      this.lesson = lesson;
      this.loadError = undefined;
      // Checks that could not be looked at while the text was on its way.
      if (this.live) this.#feed.changed();
    } catch (error) {
      this.loadError = error instanceof Error ? error.message : String(error);
    }
  }

  connect(surface: WorkerSurface, signal: AbortSignal): void {
    this.#surface = surface;
    this.live = true;
    signal.addEventListener('abort', () => {
      this.#surface = undefined;
      this.live = false;
    });
  }

  /** @param typed settles when the command was typed */
  follow(command: string, typed: Promise<void>): void {
    this.queued.add(command);
    void typed.then(() => {
      this.queued.delete(command);
      this.sent.add(command);
    });
  }

  startOver(): void {
    this.done.clear();
    this.sent.clear();
    saveProgress(this.#store, this.entry.id, this.done);
    this.#feed.changed();
  }

  /** Looks at the engine for every step that is still open. One look at a time; news during one leads to another. */
  async check(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        await this.#look();
      } while (this.#lookAgain);
      this.checkError = undefined;
    } catch (error) {
      this.checkError = error instanceof Error ? error.message : String(error);
    } finally {
      this.#looking = false;
    }
  }

  async #look(): Promise<void> {
    const surface = this.#surface;
    if (surface === undefined) return;
    for (const step of this.checkedSteps) {
      if (this.done.has(step.id)) continue;
      const answers = await evaluateChecks(step.checks, (request) => surface.engine(request));
      if (surface !== this.#surface || !answers.every(Boolean)) continue;
      this.done.add(step.id);
      saveProgress(this.#store, this.entry.id, this.done);
    }
  }
}
