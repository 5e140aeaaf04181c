// Whether a text is an IP address, as Go's net.ParseIP sees it: Docker's client refuses others before the daemon does.

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

function isIpv6(text: string): boolean {
  const lastColon = text.lastIndexOf(':');
  const tail = text.slice(lastColon + 1);
  const groups = tail.includes('.') ? (isIpv4(tail) ? `${text.slice(0, lastColon + 1)}0:0` : undefined) : text;
  if (groups === undefined || lastColon < 0) return false;
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
  return halves.length === 2 ? parts.length < 8 : parts.length === 8;
}

export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

export function isLoopback(text: string): boolean {
  return (isIpv4(text) && text.startsWith('127.')) || (isIpv6(text) && /^[0:]*:0*1$/.test(text));
}

/** Six, eight or twenty bytes, as net.ParseMAC takes them. */
export function isMacAddress(text: string): boolean {
  const trimmed = text.trim();
  return (
    /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?:(?:\1[0-9a-f]{2}){2}|(?:\1[0-9a-f]{2}){14})?$/i.test(
      trimmed,
    ) || /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}(?:\.[0-9a-f]{4}|(?:\.[0-9a-f]{4}){7})?$/i.test(trimmed)
  );
}
