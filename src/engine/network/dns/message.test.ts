import { describe, expect, test } from 'vitest';
import { encodeFailure, encodeName, encodeReply, parseIncoming, RCODE, rcodeOfReply, TYPE } from './message.ts';
import { question, readReply } from './testing.ts';

function queryOf(bytes: Uint8Array) {
  const incoming = parseIncoming(bytes);
  if (incoming === undefined || !('query' in incoming)) throw new Error('It is no query');
  return incoming.query;
}

describe('a question', () => {
  test('is read with its case, and repeated in the reply', () => {
    const query = queryOf(question('Web.Front', TYPE.A, { id: 0xbeef }));
    expect(query).toMatchObject({ id: 0xbeef, question: { name: 'Web.Front.', type: 1, class: 1 }, udpBytes: 512 });
    const data = Uint8Array.of(10, 0, 0, 1);
    const reply = encodeReply(query, [{ type: TYPE.A, data, ttlS: 600 }], 512);
    expect(readReply(reply)).toEqual({
      id: 0xbeef,
      rcode: RCODE.noError,
      truncated: false,
      name: 'Web.Front.',
      answers: [{ type: TYPE.A, data }],
    });
    // Response, recursion desired and available: not authoritative, as Docker's.
    expect([reply[2], reply[3]]).toEqual([0x81, 0x80]);
  });

  test('with EDNS says how much its asker takes', () => {
    expect(queryOf(question('a', TYPE.A, { ednsBytes: 1232 })).udpBytes).toBe(1232);
    expect(queryOf(question('a', TYPE.A, { ednsBytes: 100 })).udpBytes).toBe(512);
  });

  test('of the root, and with dots in a label', () => {
    expect(queryOf(question('', TYPE.A)).question.name).toBe('.');
    const bytes = question('ab', TYPE.A);
    bytes.set([0x61, 0x2e], 13);
    const query = queryOf(bytes);
    expect(query.question.name).toBe('a\\..');
    expect(encodeFailure(query, RCODE.serverFailure).subarray(12)).toEqual(bytes.subarray(12));
  });
});

test('a reply that does not fit says so, and has what fits', () => {
  const query = queryOf(question('many', TYPE.A));
  const answers = Array.from({ length: 40 }, (_, index) => ({
    type: TYPE.A,
    data: Uint8Array.of(10, 0, 0, index),
    ttlS: 600,
  }));
  const reply = encodeReply(query, answers, 512);
  expect(reply.length).toBeLessThanOrEqual(512);
  expect(readReply(reply)).toMatchObject({ truncated: true, answers: { length: 30 } });
  expect(readReply(encodeReply(query, answers, 65_535))).toMatchObject({ truncated: false, answers: { length: 40 } });
});

describe('what is no question', () => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['half a header', new Uint8Array(11)],
    ['a response', question('a', TYPE.A, { flags: 0x8100 })],
  ])('%s is ignored', (_what, bytes) => {
    expect(parseIncoming(bytes)).toBeUndefined();
  });

  test.each([
    ['no question at all', new Uint8Array(12), RCODE.formatError],
    ['a cut name', question('name', TYPE.A).subarray(0, 15), RCODE.formatError],
    ['a name without type', question('name', TYPE.A).subarray(0, -3), RCODE.formatError],
    ['a name that points at itself', withName([0xc0, 12]), RCODE.formatError],
    ['a name that points ahead', withName([0xc0, 14]), RCODE.formatError],
    ['a label of a kind that there is not', withName([0x80, 0]), RCODE.formatError],
    ['a name of 300 bytes', question('x'.repeat(50).concat('.').repeat(6), TYPE.A), RCODE.formatError],
    ['an update', question('a', TYPE.A, { flags: 0x2800 }), RCODE.notImplemented],
  ])('%s is refused', (_what, bytes, rcode) => {
    const incoming = parseIncoming(bytes);
    if (incoming === undefined || !('refusal' in incoming)) return expect.fail('not refused');
    expect(rcodeOfReply(incoming.refusal, bytes)).toBe(rcode);
    return undefined;
  });

  function withName(bytes: readonly number[]): Uint8Array {
    const whole = question('abcd', TYPE.A);
    whole.set(bytes, 12);
    return whole;
  }
});

test('any bytes are answered or ignored, and never more than that', () => {
  // Repeatable: the same bytes in every run.
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const whole = question('web.front', TYPE.A, { ednsBytes: 1232 });
  const seen = new Set<string>();
  for (let round = 0; round < 20_000; round++) {
    const bytes = whole.slice(0, random(4) === 0 ? random(whole.length) : whole.length);
    for (let changes = random(6); changes > 0 && bytes.length > 0; changes--) bytes[random(bytes.length)] = random(256);
    const incoming = parseIncoming(bytes);
    seen.add(incoming === undefined ? 'ignored' : 'query' in incoming ? 'query' : 'refusal');
    if (incoming === undefined) continue;
    const reply = 'query' in incoming ? encodeReply(incoming.query, [], 512) : incoming.refusal;
    expect(rcodeOfReply(reply, bytes)).toBeDefined();
    if ('query' in incoming) expect(incoming.query.question.name.endsWith('.')).toBe(true);
  }
  expect([...seen].toSorted()).toEqual(['ignored', 'query', 'refusal']);
});

test('names as labels', () => {
  expect(encodeName('a.bc')).toEqual(Uint8Array.of(1, 97, 2, 98, 99, 0));
  expect(encodeName('a\\.b.')).toEqual(Uint8Array.of(3, 97, 46, 98, 0));
  expect(encodeName('.')).toEqual(Uint8Array.of(0));
});
