// What Docker's client says through its log rather than as a command's error: the log's own form (logrus).
import type { CliContext } from './cli-context.ts';
import { goQuote } from '../shared/go-quote.ts';

const RED = '\x1b[31m';
const RESET = '\x1b[0m';
/** The log pads messages to this width on a terminal. */
const MESSAGE_WIDTH = 44;

export async function logError(context: CliContext, message: string): Promise<void> {
  if (context.session.terminal.stderr)
    return context.err.line(`${RED}ERRO${RESET}[0000] ${message.padEnd(MESSAGE_WIDTH)} `);
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await context.err.line(
    `time="${time}" level=error msg=${/^[\w./@^+-]+$/.test(message) ? message : goQuote(message)}`,
  );
}
