/** Lines of a task's log as they are shown. Pure. */
export interface LogLine {
  /** Counted from the first one this page read. */
  number: number;
  /** `dropped` is a mark in the place of lines that are not there. */
  level: string;
  time: string;
  text: string;
}

/** The agent says in the log itself how many lines it left out. */
const DROPPED = /^(\d+) lines? (?:was|were) dropped\b/;

/** `text` is one line of the log: JSON, or whatever a plugin printed. */
export function logLineOf(text: string, number: number): LogLine {
  try {
    const json = JSON.parse(text) as { time?: unknown; level?: unknown; message?: unknown; msg?: unknown };
    const message = json.message ?? json.msg;
    if (typeof message === 'string') {
      const time = typeof json.time === 'string' ? new Date(json.time).toLocaleTimeString() : '';
      const lost = DROPPED.exec(message)?.[1];
      if (lost !== undefined)
        return { number, level: 'dropped', time, text: `${droppedWord(Number(lost))}: the log is full` };
      return { number, level: String(json.level ?? 'info'), time, text: message };
    }
  } catch {
    // Plain text is a line too.
  }
  return { number, level: 'info', time: '', text };
}

export const droppedWord = (n: number): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? 'line' : 'lines'} dropped`;

/** Numbers of the lines with `wanted` in them, whatever the case. */
export function matchesOf(lines: readonly LogLine[], wanted: string): number[] {
  const low = wanted.toLowerCase();
  if (low === '') return [];
  return lines.filter(({ text }) => text.toLowerCase().includes(low)).map(({ number }) => number);
}

/** `text` cut into what is and what is not the search, in order; odd places are the search. */
export function cutAround(text: string, wanted: string): string[] {
  const low = text.toLowerCase();
  const find = wanted.toLowerCase();
  // Some letters change their length with their case: then the places would be wrong.
  if (find === '' || low.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = low.indexOf(find); at >= 0; at = low.indexOf(find, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + find.length));
    from = at + find.length;
  }
  return [...parts, text.slice(from)];
}
