// The order in which test files start: the long ones first, so that no processor is idle while the last one runs.
// Vitest knows their times only where it ran before; in a fresh clone it would go by the size of the files.
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const LONGEST = [
  'test/clients/differential.test.ts',
  'test/guest/faults-exec.test.ts',
  'test/guest/live-restore.test.ts',
  'test/guest/curated-images.test.ts',
  'test/guest/run-flags-limits.test.ts',
  'test/guest/userns-remap.test.ts',
  'test/guest/faults-clients.test.ts',
  'test/guest/archive.test.ts',
  'test/guest/faults-processes.test.ts',
  'test/guest/first-container.test.ts',
  'test/guest/lifecycle.test.ts',
  'test/guest/faults-limits.test.ts',
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
