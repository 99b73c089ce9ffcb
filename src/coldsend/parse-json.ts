/** The value of `text` as JSON; undefined if it is not JSON. Valid JSON is never undefined. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
