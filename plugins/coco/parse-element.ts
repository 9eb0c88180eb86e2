/** One entry of a list of a COCO file, from its text. */

/** The syntax was checked by the scan; what JSON.parse does not take can only be one of Python's numbers. */
export function parseElement(text: string, hasNan = true): unknown {
  if (!hasNan) return JSON.parse(text);
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(
      text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (part) => (part.startsWith('"') ? part : 'null')),
    );
  }
}
