// What a page without a way to Docker Hub says of an image that it does not have, in the form in which registries refuse
// (OCI distribution spec, "Error Codes"): Docker's words, and what a learner can do.
export interface MissingImage {
  /** What was asked for, below the tree: `library/alpine/manifests/latest`. */
  readonly path: string;
  /** The `/v2/` tree beside the page. */
  readonly tree: URL;
  readonly fetch: typeof fetch;
  /** Registries that the page's server passes requests on to. */
  readonly passesOnTo: readonly string[];
}

/** @returns undefined when no manifest was asked for: nobody reads of the rest */
export async function missingImage({ path, tree, fetch, passesOnTo }: MissingImage): Promise<Response | undefined> {
  const repository = repositoryOf(path);
  if (repository === undefined) return undefined;
  const way =
    passesOnTo.length === 0
      ? 'this page\'s server passes on no requests to registries; that of "npm start" does (docs/hosting.md)'
      : `this page's server passes requests on to ${passesOnTo.join(', ')} and not to Docker Hub`;
  const tags = await listed(fetch, new URL(`${repository}/tags/list`, tree), 'tags');
  if (tags.length > 0) {
    const message = `manifest unknown. Beside this page there is ${quoted(tags)} of it, and ${way}`;
    return refusal(404, 'MANIFEST_UNKNOWN', message);
  }
  const message = `requested access to the resource is denied. ${await imagesBeside(tree, fetch)}, and ${way}`;
  return refusal(404, 'DENIED', message);
}

/** @param answer why Docker Hub did not answer @returns the same, with what there is without it */
export async function unreachableHub(
  answer: Response,
  { path, tree, fetch }: Omit<MissingImage, 'passesOnTo'>,
): Promise<Response> {
  if (repositoryOf(path) === undefined) return answer;
  const [said] = messagesIn(await answer.clone().text());
  if (said === undefined) return answer;
  return refusal(answer.status, 'UNAVAILABLE', `${said}. ${await imagesBeside(tree, fetch)}`);
}

function repositoryOf(path: string): string | undefined {
  return /^(.+)\/manifests\/[^/]+$/.exec(path)?.[1];
}

async function imagesBeside(tree: URL, fetch: typeof globalThis.fetch): Promise<string> {
  const names = await listed(fetch, new URL('_catalog', tree), 'repositories');
  if (names.length === 0) return 'Beside this page there are no images';
  return `Beside this page there are ${quoted(names.map((name) => name.replace(/^library\//, '')))}`;
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

async function listed(fetch: typeof globalThis.fetch, url: URL, field: string): Promise<string[]> {
  try {
    const response = await fetch(url);
    const names = response.ok ? fieldOf(await response.json(), field) : undefined;
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

function messagesIn(body: string): string[] {
  try {
    const errors = fieldOf(JSON.parse(body), 'errors');
    const messages = Array.isArray(errors) ? errors.map((error) => fieldOf(error, 'message')) : [];
    return messages.filter((message) => typeof message === 'string');
  } catch {
    return [];
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
