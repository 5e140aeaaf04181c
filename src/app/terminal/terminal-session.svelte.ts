// One terminal: a screen that outlives the component showing it, and the shell behind it, which may come and go.
import type { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import type { WindowSize } from '../../contracts/cli-session.ts';
import type { ShellHandle, WorkerSurface } from '../../contracts/worker-surface.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { Deferred } from '../../shared/deferred.ts';
import { deferred } from '../../shared/deferred.ts';
import { keyAction } from './keys.ts';
import { readTheme } from './theme.ts';

/** The screen's words, in the language of the moment. */
export interface SessionTexts {
  shellEnded(exitCode: number): string;
  shellFailed(reason: string): string;
}

type OpenShell = WorkerSurface['openShell'];

export class TerminalSession {
  readonly id: number;
  /** `ended`: Enter starts another shell. */
  shell = $state<'waiting' | 'open' | 'ended'>('waiting');
  readonly #texts: () => SessionTexts;
  readonly #screen = deferred<Terminal>();
  #terminal: Terminal | undefined;
  #fit: FitAddon | undefined;
  #host: HTMLElement | undefined;
  #handle: ShellHandle | undefined;
  #reopen: (() => Promise<void>) | undefined;
  /** Asked for before there was a shell. */
  #waiting: { readonly text: string; readonly typed: Deferred<true> }[] = [];
  #screenReader = false;

  constructor(id: number, texts: () => SessionTexts) {
    this.id = id;
    this.#texts = texts;
  }

  /** Shows the screen in `host`, which must have a size. @returns a function that stops following that size */
  mount(host: HTMLElement): () => void {
    this.#host = host;
    const observer = new ResizeObserver(() => this.#fitToHost());
    this.#createScreen(host).then(
      (terminal) => {
        this.#screen.resolve(terminal);
        observer.observe(host);
      },
      (cause: unknown) => this.#screen.reject(new DrydockError('unavailable', 'Cannot load the terminal', { cause })),
    );
    return () => observer.disconnect();
  }

  /** Call when the theme that is shown has changed. */
  applyTheme(): void {
    if (this.#terminal !== undefined && this.#host !== undefined) this.#terminal.options.theme = readTheme(this.#host);
  }

  setScreenReader(on: boolean): void {
    this.#screenReader = on;
    if (this.#terminal !== undefined) this.#terminal.options.screenReaderMode = on;
  }

  focus(): void {
    this.#terminal?.focus();
  }

  /**
   * Opens a shell as soon as the screen's size is known, and again at each Enter after one ended.
   * @throws DrydockError `unavailable` when the screen itself could not be loaded
   */
  async connect(openShell: OpenShell, signal: AbortSignal): Promise<void> {
    const terminal = await this.#screen.promise;
    if (signal.aborted) return;
    signal.addEventListener('abort', () => this.#disconnect(), { once: true });
    terminal.reset();
    this.#reopen = async () => {
      this.shell = 'waiting';
      try {
        const handle = await openShell(
          { cols: terminal.cols, rows: terminal.rows },
          // Settles when the screen took the bytes: that is what holds back a program that never stops printing.
          (bytes) => new Promise((taken) => terminal.write(bytes, taken)),
          (exitCode) => {
            if (!signal.aborted) this.#ended(this.#texts().shellEnded(exitCode));
          },
        );
        if (signal.aborted) return;
        this.#handle = handle;
        this.shell = 'open';
        // The window may have changed while the shell was on its way.
        this.#resize({ cols: terminal.cols, rows: terminal.rows });
        for (const { text, typed } of this.#waiting.splice(0)) {
          this.#send(text);
          typed.resolve(true);
        }
      } catch (error) {
        if (!signal.aborted)
          this.#ended(this.#texts().shellFailed(error instanceof Error ? error.message : String(error)));
      }
    };
    await this.#reopen();
  }

  /** Types `command` and Enter, line by line; settles then. Without a shell yet, that is when there is one. */
  async run(command: string): Promise<void> {
    const text = `${command.replaceAll('\n', '\r')}\r`;
    this.#terminal?.scrollToBottom();
    if (this.shell === 'open') return this.#send(text);
    const typed = deferred<true>();
    this.#waiting.push({ text, typed });
    if (this.shell === 'ended') void this.#reopen?.();
    await typed.promise;
  }

  async #createScreen(host: HTMLElement): Promise<Terminal> {
    const { Terminal, FitAddon } = await import('./xterm-loader.ts');
    const terminal = new Terminal({
      fontFamily: getComputedStyle(host).getPropertyValue('--font-mono'),
      fontSize: Number.parseFloat(getComputedStyle(host).fontSize),
      lineHeight: 1.2,
      // A blinking cursor repaints an idle page twice a second.
      cursorBlink: false,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      screenReaderMode: this.#screenReader,
      theme: readTheme(host),
    });
    this.#fit = new FitAddon();
    terminal.loadAddon(this.#fit);
    terminal.open(host);
    terminal.onData((data) => this.#typed(data));
    terminal.onBinary((data) => void this.#handle?.write(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.onResize((size) => this.#resize(size));
    terminal.attachCustomKeyEventHandler((event) => this.#takesKey(terminal, event));
    terminal.textarea?.setAttribute('aria-keyshortcuts', 'Control+Shift+L');
    this.#terminal = terminal;
    this.#fitToHost();
    return terminal;
  }

  #takesKey(terminal: Terminal, event: KeyboardEvent): boolean {
    const action = keyAction(event, terminal.hasSelection());
    if (action === 'copy' && event.type === 'keydown') {
      event.preventDefault();
      // Refused where the page is not a secure context; the browser's own menu still copies there.
      void navigator.clipboard?.writeText(terminal.getSelection()).catch(() => undefined);
      terminal.clearSelection();
    }
    return action === 'terminal';
  }

  #typed(data: string): void {
    if (this.shell === 'open') this.#send(data);
    else if (this.shell === 'ended' && data === '\r') void this.#reopen?.();
  }

  #send(text: string): void {
    void this.#handle?.write(new TextEncoder().encode(text)).catch(() => undefined);
  }

  #resize(size: WindowSize): void {
    void this.#handle?.resize({ cols: size.cols, rows: size.rows }).catch(() => undefined);
  }

  #fitToHost(): void {
    if (this.#host !== undefined && this.#host.clientWidth > 0) this.#fit?.fit();
  }

  #ended(message: string): void {
    this.#handle = undefined;
    this.shell = 'ended';
    this.#terminal?.write(`\r\n\x1b[2m${message}\x1b[0m\r\n`);
  }

  #disconnect(): void {
    this.#handle = undefined;
    this.#reopen = undefined;
    this.shell = 'waiting';
  }
}
