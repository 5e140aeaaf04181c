// Compiles the C half of the golden tests and lets it read the file that the TypeScript half reads.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import golden from '../../src/contracts/agent-protocol.golden.txt?raw';

test('every golden frame reads and writes the same in C', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-golden-'));
  try {
    const arguments_ = ['-s', '-C', import.meta.dirname, 'golden', 'CC=cc', `OUT=${folder}`];
    const output = execFileSync('make', arguments_, { encoding: 'utf8' });
    expect(output.trim()).toBe(`${golden.trimEnd().split('\n').length} golden frames`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
