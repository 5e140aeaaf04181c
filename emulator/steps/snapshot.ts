// Boots the guest once, warms it up and saves it: a page and `drydock` restore that in place of booting.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestJsonSchema } from '../../src/contracts/guest-json.ts';
import type { GuestJson } from '../../src/contracts/guest-json.ts';
import { hashFile, hashTree, linkOrCopy, listFiles } from '../lib/file-tree.ts';
import { REPOSITORY } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';

const FILE = 'snapshot.bin';
/** What decides about a snapshot's content; the rest of src/machine may change without making it again. */
const SOURCES = /^(p9|v86)\/|^(host-tree|snapshot-file|warm-up)\.ts$/;
const ALSO = [
  'src/node/bake-snapshot.ts',
  'src/compose/shell.ts',
  'src/engine/container/spec/capabilities.ts',
  'src/engine/container/spec/seccomp.ts',
  'src/engine/container/spec/seccomp-table.ts',
  'src/engine/network/prepare-host.ts',
  'src/engine/network/bridge-driver.ts',
  'src/engine/network/bridge-options.ts',
  'src/engine/network/firewall-rules.ts',
];

/** Makes the folder that is published as public/guest/: the guest's files, the snapshot, and guest.json naming it. */
export function snapshotStep(guest: Step): Step {
  return {
    name: 'snapshot',
    version: 1,
    needs: [guest],
    inputs: async () => [
      await hashTree(join(REPOSITORY, 'src/machine'), (path) => SOURCES.test(path) && !path.includes('test')),
      ...(await Promise.all(ALSO.map((path) => hashFile(join(REPOSITORY, path))))),
    ],
    build: async ({ out, log, output }) => {
      const files = output(guest);
      const baked = join(out, FILE);
      const script = join(REPOSITORY, 'src/node/bake-snapshot.ts');
      // In a process of its own: the emulator's memory is given back with it.
      await run(process.execPath, ['--import', 'tsx', script, '--guest', files, '--out', baked], {
        cwd: REPOSITORY,
        log,
      });
      const { stateBytes } = JSON.parse(await readFile(`${baked}.json`, 'utf8')) as { stateBytes: number };
      for (const path of await listFiles(files)) {
        if (path !== 'guest.json' && path !== 'done.json') await linkOrCopy(join(files, path), join(out, path));
      }
      const description = guestJsonSchema.parse(JSON.parse(await readFile(join(files, 'guest.json'), 'utf8')));
      const snapshot = { file: FILE, bytes: (await stat(baked)).size, sha256: await hashFile(baked), stateBytes };
      const described: GuestJson = { ...description, snapshot };
      await writeFile(join(out, 'guest.json'), JSON.stringify(guestJsonSchema.parse(described), null, 1));
    },
  };
}
