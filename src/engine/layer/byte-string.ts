// File names are bytes to the kernel. Held as one character a byte (0-255) they survive invalid UTF-8, and `<` sorts them
// as EROFS and overlayfs want it: by byte, which JavaScript's own order of UTF-16 units is not.

/** A string of characters 0-255, one for each byte. */
export type ByteString = string;

const toUtf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Below the engines' limit for arguments of one call. */
const SLICE = 8192;

export function byteStringOf(bytes: Uint8Array): ByteString {
  if (bytes.length <= SLICE) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += SLICE) text += byteStringOf(bytes.subarray(at, at + SLICE));
  return text;
}

export function bytesOf(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function encodeName(text: string): ByteString {
  return byteStringOf(toUtf8.encode(text));
}

/** For people: bytes that are not UTF-8 become U+FFFD. */
export function decodeName(name: ByteString): string {
  return fromUtf8.decode(bytesOf(name));
}
