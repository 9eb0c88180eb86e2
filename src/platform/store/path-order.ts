/**
 * Paths in the order of their bytes, which is the order of the database. A folder ends with `/`; everything
 * below it follows it directly. `0` is the letter after `/`.
 */

/** The first text after everything below `folder`. */
export const endOfFolder = (folder: string): string => `${folder.slice(0, -1)}0`;

/** The first text after everything that begins with `prefix`; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const letters = [...prefix];
  for (let last = letters.pop(); last !== undefined; last = letters.pop()) {
    const code = last.codePointAt(0) ?? 0;
    // No text holds a lone surrogate.
    if (code < 0x10ffff) return letters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}

/** Texts compared as the database compares them; JavaScript's own order differs above U+FFFF. */
export function isAfter(path: string, other: string): boolean {
  return Buffer.compare(Buffer.from(path), Buffer.from(other)) > 0;
}

/** `/a/b/c.txt` below `/` -> `/a/`, `/a/b/`. */
export function foldersOf(path: string, below: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/', below.length); at !== -1; at = path.indexOf('/', at + 1))
    folders.push(path.slice(0, at + 1));
  return folders;
}
