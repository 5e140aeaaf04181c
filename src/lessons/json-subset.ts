// How a request check compares: a lesson names what matters in an answer, and the engine may always say more.

/** Objects may hold more members, arrays more items in any order; everything else must be equal. */
export function containsJson(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && expected.every((item) => actual.some((candidate) => containsJson(candidate, item)));
  }
  if (isObject(expected)) {
    return (
      isObject(actual) &&
      Object.entries(expected).every(([key, value]) => key in actual && containsJson(actual[key], value))
    );
  }
  return actual === expected;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
