// What every command has at hand: the session it was typed in, the engine, and text streams.
import type { ByteSink, CliSession } from '../contracts/cli-session.ts';
import type { Registries } from '../contracts/registries.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { EngineClient } from './engine/engine-client.ts';

export interface TextSink {
  write(text: string): Promise<void>;
  line(text: string): Promise<void>;
}

export interface CliContext {
  readonly session: CliSession;
  readonly engine: EngineClient;
  /** For the commands that ask registries themselves. */
  readonly registries: Registries;
  readonly out: TextSink;
  readonly err: TextSink;
  /** Where config.json is. */
  readonly configFolder: string;
  /** config.json, read when it is first asked for. */
  config(): Promise<ConfigFile>;
  /** Aborts when nobody waits for the command any more. */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();

export function textSink(sink: ByteSink): TextSink {
  const write = (text: string) => (text === '' ? Promise.resolve() : sink.write(encoder.encode(text)));
  return { write, line: (text) => write(`${text}\n`) };
}

/** Width of the terminal; Docker takes 80 columns where there is none. */
export function helpColumns(session: CliSession): number {
  return session.windowSize()?.cols ?? 80;
}
