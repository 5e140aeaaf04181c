// What a registry says in its challenge of the token that it got, which counts before the body: Docker Hub answers so for a
// repository that is not there (RFC 6750, section 3.1; distribution: registry/client/errors.go).
import { parseChallenge } from './authorization.ts';
import { RegistryError } from './registry-error.ts';

const TOKEN_ERRORS: Readonly<Record<string, 'DENIED' | 'UNAUTHORIZED'>> = {
  insufficient_scope: 'DENIED',
  invalid_token: 'UNAUTHORIZED',
};

/** @returns undefined when the challenge says nothing of it */
export function refusedToken({ status, headers }: Response, request: string): RegistryError | undefined {
  const { scheme, parameters } = parseChallenge(headers.get('www-authenticate') ?? '') ?? {};
  if (status < 400 || status >= 500 || scheme !== 'bearer' || parameters === undefined) return undefined;
  const registryCode = TOKEN_ERRORS[parameters['error'] ?? ''];
  if (registryCode === undefined) return undefined;
  const words = registryCode === 'DENIED' ? 'requested access to the resource is denied' : 'authentication required';
  return new RegistryError({ registryCode, detail: parameters['error_description'] ?? words, request, status });
}
