// A status as Go's net/http shows it in messages: `404 Not Found`.

/** Of those that registries answer with. */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export function statusWords(status: number): string {
  return `${status} ${STATUS_WORDS[status] ?? ''}`.trimEnd();
}
