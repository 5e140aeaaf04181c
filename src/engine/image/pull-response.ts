// A pull as an HTTP answer: a stream of JSON lines, which begins only when there is something to tell. What fails before
// that gets its own status; what fails later is the stream's last line (Engine API, POST /images/create).
import type { PullMessage } from './pull-message.ts';

/** Docker ends each message so. */
const NEWLINE = '\r\n';

const utf8 = new TextEncoder();

/**
 * @param run the work; told to stop through the signal when the reader goes away
 * @throws what `run` fails with before its first message
 */
export async function pullResponse(
  request: AbortSignal,
  run: (signal: AbortSignal, report: (message: PullMessage) => void) => Promise<void>,
): Promise<Response> {
  const gone = new AbortController();
  const signal = AbortSignal.any([request, gone.signal]);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: Number.POSITIVE_INFINITY,
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => gone.abort());
  const send = (message: object): void => {
    writer.write(utf8.encode(`${JSON.stringify(message)}${NEWLINE}`)).catch(() => gone.abort());
  };
  return new Promise((resolve, reject) => {
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      resolve(new Response(readable, { headers: { 'content-type': 'application/json' } }));
    };
    const finish = (): void => void writer.close().catch(() => undefined);
    const report = (message: PullMessage): void => {
      begin();
      send(message);
    };
    run(signal, report).then(
      () => {
        begin();
        finish();
      },
      (error: unknown) => {
        if (!begun) return reject(error);
        const message = error instanceof Error ? error.message : String(error);
        send({ errorDetail: { message }, error: message });
        finish();
      },
    );
  });
}
