/** The last lines of a stream of text, whole lines only, in bounded memory. */

export interface RecentLines {
  /** One line, its line break included or not. */
  add(line: string): void;
  /** The oldest first, without line breaks. */
  lines(): string[];
}

export function createRecentLines(maxChars: number): RecentLines {
  let kept: string[] = [];
  let chars = 0;
  /** Lines at the front that have gone; the array is cut now and then and not at each line. */
  let gone = 0;
  return {
    add(text) {
      const line = text.trimEnd();
      if (line === '' || line.length > maxChars) return;
      kept.push(line);
      chars += line.length;
      while (chars > maxChars) chars -= kept[gone++]?.length ?? 0;
      if (gone > kept.length / 2) {
        kept = kept.slice(gone);
        gone = 0;
      }
    },
    lines: () => kept.slice(gone),
  };
}
