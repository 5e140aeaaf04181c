// `Are you sure ...? [y/N]`: what is deleted for good is asked about first, unless -f says not to.
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { chunks } from './chunks.ts';

/** What a shell sees of a program that the signal ended. */
const EXIT_CODES: Readonly<Record<string, number>> = { INT: 130, TERM: 143 };

async function firstLine(context: CliContext): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks(context.session.stdin, context.signal)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('\n')) break;
  }
  return text.split('\n', 1)[0] ?? '';
}

/** Whether the user typed `y`; anything else, the end of the input included, is a no. */
export async function confirm(context: CliContext, question: string): Promise<boolean> {
  await context.out.write(`${question} [y/N] `);
  let stop: () => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stop = context.session.onSignal((signal) => {
      const code = EXIT_CODES[signal];
      if (code !== undefined) void context.out.line('').finally(() => reject(new CliError('', code)));
    }, 'terminations');
  });
  interrupted.catch(() => undefined);
  try {
    const answer = await Promise.race([firstLine(context), interrupted]);
    return answer.trim().toLowerCase() === 'y';
  } finally {
    stop();
  }
}
