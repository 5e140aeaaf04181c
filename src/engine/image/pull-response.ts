// A pull, an import or a push as an HTTP answer: a stream of JSON lines, which begins only when there is something to tell. What fails before
// that gets its own status; what fails later is the stream's last line (Engine API, POST /images/create).
/** Docker ends each message so. */
const NEWLINE = '\r\n';

const utf8 = new TextEncoder();

/**
 * @param run the work; told to stop through the signal when the reader goes away
 * @throws what `run` fails with before its first message
 */
export async function pullResponse(
  request: AbortSignal,
  run: (signal: AbortSignal, report: (message: object) => void) => Promise<void>,
): Promise<Response> {
  const gone = new AbortController();
  const signal = AbortSignal.any([request, gone.signal]);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  // Progress is small: a slow reader must not hold up the pull.
  const body = new ReadableStream<Uint8Array>({
    start: (started) => void (controller = started),
    cancel: (reason) => gone.abort(reason),
  });
  const send = (message: object): void => {
    if (!gone.signal.aborted) controller?.enqueue(utf8.encode(`${JSON.stringify(message)}${NEWLINE}`));
  };
  const finish = (): void => {
    if (!gone.signal.aborted) controller?.close();
  };
  return new Promise((resolve, reject) => {
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
    };
    const report = (message: object): void => {
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
