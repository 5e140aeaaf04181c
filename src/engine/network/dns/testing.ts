// Questions and answers as another program writes and reads them, for tests of the DNS server.

export interface QuestionOptions {
  readonly id?: number;
  readonly flags?: number;
  /** With an OPT record that says so. */
  readonly ednsBytes?: number;
}

/** A message with one question of class IN. */
export function question(name: string, type: number, options: QuestionOptions = {}): Uint8Array {
  const { id = 7, flags = 0x0100, ednsBytes } = options;
  const labels = name === '' ? [] : name.replace(/\.$/, '').split('.');
  const encoded = labels.flatMap((label) => [label.length, ...Array.from(label, (one) => one.charCodeAt(0))]);
  const edns = ednsBytes === undefined ? [] : [0, 0, 41, ednsBytes >>> 8, ednsBytes & 255, 0, 0, 0, 0, 0, 0];
  const counts = [0, 1, 0, 0, 0, 0, 0, ednsBytes === undefined ? 0 : 1];
  const header = [id >>> 8, id & 255, flags >>> 8, flags & 255, ...counts];
  return Uint8Array.from([...header, ...encoded, 0, type >>> 8, type & 255, 0, 1, ...edns]);
}

export interface Reply {
  readonly id: number;
  readonly rcode: number;
  readonly truncated: boolean;
  readonly name: string;
  readonly answers: readonly { readonly type: number; readonly data: Uint8Array }[];
}

/** A reply with one question, whose answers are all of its name. */
export function readReply(bytes: Uint8Array): Reply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  let name = '';
  while (view.getUint8(at) > 0) {
    const length = view.getUint8(at);
    name += `${new TextDecoder('latin1').decode(bytes.subarray(at + 1, at + 1 + length))}.`;
    at += 1 + length;
  }
  at += 5;
  const answers = Array.from({ length: view.getUint16(6) }, () => {
    const type = view.getUint16(at + 2);
    const length = view.getUint16(at + 10);
    const data = bytes.slice(at + 12, at + 12 + length);
    at += 12 + length;
    return { type, data };
  });
  const flags = view.getUint16(2);
  return { id: view.getUint16(0), rcode: flags & 15, truncated: (flags & 0x0200) !== 0, name, answers };
}
