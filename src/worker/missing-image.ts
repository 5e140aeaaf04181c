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
  const [, repository] = /^(.+)\/manifests\/[^/]+$/.exec(path) ?? [];
  if (repository === undefined) return undefined;
  const listed = async (name: string, field: string): Promise<string[]> =>
    namesIn(await jsonAt(fetch, new URL(name, tree)), field);
  const way =
    passesOnTo.length === 0
      ? 'this page\'s server passes on no requests to registries; that of "npm start" does (docs/hosting.md)'
      : `this page's server passes requests on to ${passesOnTo.join(', ')} and not to Docker Hub`;
  const tags = await listed(`${repository}/tags/list`, 'tags');
  if (tags.length > 0) {
    return refusal('MANIFEST_UNKNOWN', `manifest unknown. Beside this page there is ${quoted(tags)} of it, and ${way}`);
  }
  const images = (await listed('_catalog', 'repositories')).map((name) => name.replace(/^library\//, ''));
  const there =
    images.length === 0 ? 'Beside this page there are no images' : `Beside this page there are ${quoted(images)}`;
  return refusal('DENIED', `requested access to the resource is denied. ${there}, and ${way}`);
}

function refusal(code: string, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status: 404 });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

async function jsonAt(fetch: typeof globalThis.fetch, url: URL): Promise<unknown> {
  try {
    const response = await fetch(url);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(body: unknown, field: string): string[] {
  const names = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
