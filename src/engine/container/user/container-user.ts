// The user of a container's process. A fresh container has its image's files, so those are read once for each image.
import type { Runtime } from '../../../contracts/runtime.ts';
import type { Container } from '../container.ts';
import { readTextInRoot } from './path-in-root.ts';
import { resolveUser } from './resolve-user.ts';
import type { ContainerUser, UserFiles } from './resolve-user.ts';

/** By the chain id of the image's top layer. */
const filesOfImages = new WeakMap<Runtime, Map<string, UserFiles>>();

/** @throws DrydockError `invalid-argument` when the container has no such user */
export async function userOf(runtime: Runtime, container: Container, spec: string): Promise<ContainerUser> {
  const files = await userFiles(runtime, container);
  return resolveUser(spec, files, container.hostConfig.GroupAdd);
}

async function userFiles(runtime: Runtime, container: Container): Promise<UserFiles> {
  const root = container.rootfs?.merged;
  const chainId = container.image.layers.at(-1)?.chainId;
  if (root === undefined || chainId === undefined) return { passwd: '', group: '' };
  const isFresh = container.state.startedAtMs === undefined;
  const known = cacheOf(runtime).get(chainId);
  if (isFresh && known !== undefined) return known;
  const [passwd, group] = await Promise.all([
    readTextInRoot(runtime, root, '/etc/passwd'),
    readTextInRoot(runtime, root, '/etc/group'),
  ]);
  if (isFresh) cacheOf(runtime).set(chainId, { passwd, group });
  return { passwd, group };
}

function cacheOf(runtime: Runtime): Map<string, UserFiles> {
  const cache = filesOfImages.get(runtime) ?? new Map<string, UserFiles>();
  filesOfImages.set(runtime, cache);
  return cache;
}
