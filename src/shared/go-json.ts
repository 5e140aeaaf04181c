// What Go's JSON encoder does to texts that JSON.stringify leaves as they are: nothing goes through that means something in a
// web page (encoding/json, HTMLEscape). Digests of what Docker writes depend on it.

/** @param json a whole JSON text: these characters stand in its strings only */
export function htmlSafeJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
