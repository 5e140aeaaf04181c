import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // The page's state is written in runes.
        plugins: [svelte()],
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'emulator/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/bench/**/*.test.ts',
          ],
          environment: 'node',
          // A process and a fresh module graph for each file cost more than the tests in them. No test leaves
          // anything behind in a module or a global; `--sequence.shuffle.files` shows it.
          pool: 'threads',
          isolate: false,
          // Of its own accord Vitest leaves one processor free.
          maxWorkers: 2,
          // A machine that is busy with other things must not fail a test.
          testTimeout: 30_000,
        },
      },
      {
        // The real guest in Node: one restored machine a file, two files at a time on two cores. Files share the
        // processes, so that modules and the emulator are compiled twice and not with every file.
        test: {
          name: 'guest',
          include: ['test/guest/**/*.test.ts', 'test/clients/**/*.test.ts', 'test/lessons/**/*.test.ts'],
          environment: 'node',
          pool: 'forks',
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
