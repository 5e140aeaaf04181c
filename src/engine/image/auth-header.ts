// X-Registry-Auth: base64url of a JSON object. A pull goes on without it when it makes no sense, as Docker's does.
import type { Credentials } from '../registry/authorization.ts';

export function credentialsOf(header: string | null): Credentials | undefined {
  if (header === null || header === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(header.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const { username, password } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof username !== 'string' || typeof password !== 'string' || username === '') return undefined;
    return { username, password };
  } catch {
    return undefined;
  }
}
