import { describe, expect, it } from 'vitest';
import { functionOrder } from './function-order.ts';

describe('functionOrder', () => {
  it('starts each group of functions on a page of its own', () => {
    expect(functionOrder('# why\n# how\n\nopen\nread\n\nwrite.part.0\n')).toBe(
      '. = ALIGN(4096);\n*(.text.open)\n*(.text.read)\n. = ALIGN(4096);\n*(.text.write.part.0)\n',
    );
  });

  it('takes more empty lines for one, and none for nothing', () => {
    expect(functionOrder('open\n\n\n\nread\n')).toBe(
      '. = ALIGN(4096);\n*(.text.open)\n. = ALIGN(4096);\n*(.text.read)\n',
    );
    expect(functionOrder('# only a word about it\n')).toBe('\n');
  });

  it('refuses what is not the name of a function, before the linker misreads it', () => {
    expect(() => functionOrder('open\nrm *)\n')).toThrow('Cannot order the function "rm *)": line 2');
  });
});
