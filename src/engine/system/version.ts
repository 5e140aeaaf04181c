// GET /version: whose behaviour we follow, and what we really are.
import type { SystemVersion } from '@docker/node-sdk';
import { API_VERSION, DOCKER_VERSION, MIN_API_VERSION } from '../../contracts/engine-api.ts';
import type { HostInfo } from '../../contracts/runtime.ts';
import { BUILD_STAMP } from '../../shared/build-stamp.ts';

/** Of the guest: images must be linux/386. */
export const ARCHITECTURE = '386';
/** There is no Go in it; the field is not optional for clients that print it. */
const GO_VERSION = 'none (TypeScript)';

export function versionOf({ kernelVersion, ociRuntimeVersion }: HostInfo): SystemVersion {
  return {
    Platform: { Name: 'Drydock' },
    Components: [
      {
        Name: 'Engine',
        Version: DOCKER_VERSION,
        Details: {
          ApiVersion: API_VERSION,
          Arch: ARCHITECTURE,
          BuildTime: BUILD_STAMP.time,
          Experimental: 'false',
          GitCommit: BUILD_STAMP.commit,
          GoVersion: GO_VERSION,
          KernelVersion: kernelVersion,
          MinAPIVersion: MIN_API_VERSION,
          Os: 'linux',
        },
      },
      { Name: 'crun', Version: ociRuntimeVersion, Details: { GitCommit: '' } },
    ],
    Version: DOCKER_VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: BUILD_STAMP.commit,
    GoVersion: GO_VERSION,
    Os: 'linux',
    Arch: ARCHITECTURE,
    KernelVersion: kernelVersion,
    BuildTime: BUILD_STAMP.time,
  };
}
