// What this client says it is. Docker's forms, our own facts: nothing here was written in Go.
import { API_VERSION, DOCKER_VERSION } from '../contracts/engine-api.ts';
import { BUILD_STAMP } from '../shared/build-stamp.ts';
import { ansiDate } from './format/go-time.ts';

/** `.Client` of `docker version`. */
export const CLIENT_VERSION = {
  Version: DOCKER_VERSION,
  ApiVersion: API_VERSION,
  DefaultAPIVersion: API_VERSION,
  GitCommit: BUILD_STAMP.commit,
  GoVersion: 'none (TypeScript)',
  Os: 'linux',
  Arch: '386',
  BuildTime: ansiDate(BUILD_STAMP.time),
  Context: 'default',
} as const;
