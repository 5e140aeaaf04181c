// What is said of an image that is not in the tree of plain files that stands for docker.io, in the form in which registries
// refuse (OCI distribution spec, "Error Codes"): Docker's words, what there is instead, and what a learner can do.

export interface MissingImage {
  /** What was asked for, below the tree: `library/alpine/manifests/latest`. */
  readonly path: string;
  /** Of the `/v2/` tree. */
  readonly tree: URL;
  /** Reads the tree. */
  readonly fetch: typeof fetch;
  /** Where the tree is: "Beside this page". */
  readonly place: string;
}

/**
 * @param way why the image does not come from Docker Hub
 * @returns undefined when no manifest was asked for: nobody reads of the rest
 */
export async function missingImage(image: MissingImage, way: string): Promise<Response | undefined> {
  const { path, tree, fetch, place } = image;
  const repository = repositoryOf(path);
  if (repository === undefined) return undefined;
  const tags = await listed(fetch, new URL(`${repository}/tags/list`, tree), 'tags');
  if (tags.length > 0) {
    return refusal(404, 'MANIFEST_UNKNOWN', `manifest unknown. ${place} there is ${quoted(tags)} of it, and ${way}`);
  }
  const message = `requested access to the resource is denied. ${await imagesIn(image)}, and ${way}`;
  return refusal(404, 'DENIED', message);
}

/** @param answer why Docker Hub did not answer @returns the same, with what there is without it */
export async function unreachableHub(image: MissingImage, answer: Response): Promise<Response> {
  if (repositoryOf(image.path) === undefined) return answer;
  const [said] = messagesIn(await answer.clone().text());
  if (said === undefined) return answer;
  return refusal(answer.status, 'UNAVAILABLE', `${said}. ${await imagesIn(image)}`);
}

function repositoryOf(path: string): string | undefined {
  return /^(.+)\/manifests\/[^/]+$/.exec(path)?.[1];
}

async function imagesIn({ tree, fetch, place }: MissingImage): Promise<string> {
  const names = await listed(fetch, new URL('_catalog', tree), 'repositories');
  if (names.length === 0) return `${place} there are no images`;
  return `${place} there are ${quoted(names.map((name) => name.replace(/^library\//, '')))}`;
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
