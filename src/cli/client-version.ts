// What this client says it is. Docker's forms, our own facts: nothing here was written in Go.
import { API_VERSION, DOCKER_VERSION } from '../contracts/engine-api.ts';

export const CLIENT_BUILD = 'drydock';

/** `.Client` of `docker version`. */
export const CLIENT_VERSION = {
  Version: DOCKER_VERSION,
  ApiVersion: API_VERSION,
  DefaultAPIVersion: API_VERSION,
  GitCommit: CLIENT_BUILD,
  GoVersion: 'none (TypeScript)',
  Os: 'linux',
  Arch: '386',
  BuildTime: 'with the page',
  Context: 'default',
} as const;
