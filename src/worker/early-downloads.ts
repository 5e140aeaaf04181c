// The guest's large files start to come while the engine's own code is still loading and compiling: together these were a
// third of the time to the prompt. Small on purpose: no schema, no library.

export class EarlyDownloads {
  readonly #answers = new Map<string, Promise<Response>>();
  readonly module: Promise<WebAssembly.Module>;

  /** @param guest the folder of guest.json, with a trailing slash */
  constructor(guest: URL) {
    this.module = compile(new URL('v86.wasm', guest));
    // Whoever boots hears of it; nobody else has to.
    this.module.catch(() => undefined);
    const description = this.#start(new URL('guest.json', guest));
    void this.#startSnapshot(description, guest).catch(() => undefined);
  }

  /** As `fetch`, with what is under way already; each answer is given once. */
  readonly fetch = (url: URL): Promise<Response> => {
    const answer = this.#answers.get(url.href);
    this.#answers.delete(url.href);
    return answer ?? fetch(url);
  };

  #start(url: URL): Promise<Response> {
    const answer = fetch(url);
    answer.catch(() => undefined);
    this.#answers.set(url.href, answer);
    return answer;
  }

  async #startSnapshot(description: Promise<Response>, guest: URL): Promise<void> {
    // guest.json is checked by its reader; here a name is only looked for.
    const content: unknown = await (await description).clone().json();
    const file = nameOf(content);
    if (file !== undefined) void this.#start(new URL(file, guest));
  }
}

function nameOf(description: unknown): string | undefined {
  const { snapshot } = description as { snapshot?: { file?: unknown } };
  return typeof snapshot?.file === 'string' ? snapshot.file : undefined;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  // Streamed, browsers keep the optimised code with the download: a second visit starts warm. They refuse it when a static
  // host sends another media type.
  const streams = response.headers.get('content-type')?.startsWith('application/wasm') === true;
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
