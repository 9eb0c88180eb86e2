/**
 * A JSON Schema's pattern as the attribute of an input understands it: whole value, and the `v` flag, which wants a
 * dash at the end of a class escaped. Undefined where it still is no expression there; the server checks anyway.
 */
export function htmlPattern(pattern: string): string | undefined {
  const found = [pattern, pattern.replace(/([^\\])-\]/g, '$1\\-]')].find(isExpression);
  if (found === undefined) return undefined;
  // A schema's pattern may match anywhere; `^` and `$` are harmless inside.
  return `${found.startsWith('^') ? '' : '.*'}(?:${found})${found.endsWith('$') ? '' : '.*'}`;
}

function isExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'v');
    return true;
  } catch {
    return false;
  }
}
