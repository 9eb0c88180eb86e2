/** The last lines a plugin printed on stderr: of a program that dies, why. */
const MOST_LINES = 12;
const MOST_CHARS = 2000;

export interface LastWords {
  add(line: string): void;
  /** The end of what was added, line by line; '' when nothing was. */
  text(): string;
}

export function createLastWords(): LastWords {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS)}...` : line);
      if (lines.length > MOST_LINES) lines.shift();
    },
    text: () => lines.join('\n').trim().slice(-MOST_CHARS),
  };
}
