// The built snapshot comes with docker0 and Docker's rules in its kernel, so that the first engine over it need not make them.
import type { Runtime } from '../../contracts/runtime.ts';
import { DEFAULT_CONFIG } from '../daemon/daemon-config.ts';
import { cryptoRandomBytes } from '../random.ts';
import { PREPARED_FILE } from './bring-up.ts';
import { Networks } from './network-store.ts';

/** @throws DrydockError when the machine does not take it */
export async function prepareHostNetwork(runtime: Pick<Runtime, 'files' | 'netlink' | 'spawn'>): Promise<void> {
  let problem: string | undefined;
  const networks = new Networks({
    runtime,
    daemon: DEFAULT_CONFIG,
    clock: { nowMs: () => Date.now() },
    randomBytes: cryptoRandomBytes,
    emit: () => undefined,
    log: (line) => {
      problem = line;
    },
  });
  await networks.driver.look();
  await networks.bringUp(false);
  if (problem !== undefined) throw new Error(problem);
  await runtime.files.mkdir(PREPARED_FILE.slice(0, PREPARED_FILE.lastIndexOf('/')), 0o755);
  await runtime.files.write(PREPARED_FILE, new Uint8Array(0), { mode: 0o600 });
}
