// X-Registry-Auth: base64url of a JSON object. A pull goes on without it when it makes no sense, as Docker's does.
import type { Credentials } from '../registry/authorization.ts';

export function credentialsOf(header: string | null): Credentials | undefined {
  if (header === null || header === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(header.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return credentialsIn(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/** @param body moby's registry.AuthConfig. @returns undefined when it says nothing */
export function credentialsIn(body: unknown): Credentials | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  const [username, password] = [text('username'), text('password')];
  const [identityToken, registryToken] = [text('identitytoken'), text('registrytoken')];
  if (username === '' && identityToken === '' && registryToken === '') return undefined;
  return {
    username,
    password,
    ...(identityToken !== '' && { identityToken }),
    ...(registryToken !== '' && { registryToken }),
  };
}
