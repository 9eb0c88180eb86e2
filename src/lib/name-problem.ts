/** Names that become one part of a path in a file tree, here or at whoever unpacks it. */
export const MAX_NAME_BYTES = 255;

/** What is wrong with the name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return `it is ${JSON.stringify(name)}`;
  if (name.includes('/')) return 'it has a slash';
  if (name.includes('\0')) return 'it has a NUL character';
  if (!name.isWellFormed()) return 'it is not valid Unicode';
  const bytes = Buffer.byteLength(name);
  return bytes > MAX_NAME_BYTES ? `it has ${bytes} bytes, at most ${MAX_NAME_BYTES} are allowed` : undefined;
}
