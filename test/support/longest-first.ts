// The order in which test files start: the long ones first, so that no processor is idle while the last one runs.
// Vitest knows their times only where it ran before; in a fresh clone it would go by the size of the files.
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const LONGEST = [
  'test/guest/faults-exec.test.ts',
  'test/clients/differential.test.ts',
  'test/guest/curated-images.test.ts',
  'test/guest/archive.test.ts',
  'test/guest/live-restore.test.ts',
  'test/guest/run-flags-namespaces.test.ts',
  'test/guest/faults-processes.test.ts',
  'test/guest/faults-clients.test.ts',
  'test/guest/run-flags-limits.test.ts',
  'test/guest/networks.test.ts',
  'test/clients/registry-proxy.test.ts',
  'test/clients/mirror.test.ts',
  'test/clients/image-archives.test.ts',
  'test/guest/daemon-network.test.ts',
  'test/guest/userns-remap.test.ts',
  'test/guest/names.test.ts',
  'test/guest/lifecycle-commands.test.ts',
  'test/guest/faults-limits.test.ts',
  // Of the unit tests.
  'src/engine/layer/bad-layers.test.ts',
  'src/engine/layer/erofs-writer.test.ts',
  'src/engine/image/archive/bad-archives.test.ts',
  'src/cli/help-differential.test.ts',
  'src/engine/layer/erofs-property.test.ts',
  'emulator/stub/stub.test.ts',
  'emulator/agent/keep.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(path));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
