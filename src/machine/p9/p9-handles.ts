// The handle of an open directory: its content goes through Treaddir, so reading and writing it are errors.
import { ERRNO } from '../errno.ts';
import type { P9Handle } from './p9-node.ts';
import { P9Error } from './p9-wire.ts';

export const DIRECTORY_HANDLE: P9Handle = {
  read: () => {
    throw new P9Error(ERRNO.EISDIR, 'read a directory');
  },
  write: () => {
    throw new P9Error(ERRNO.EISDIR, 'write a directory');
  },
  close: () => undefined,
};
