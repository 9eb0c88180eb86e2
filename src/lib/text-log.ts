/** pino's JSON lines as readable text, for a person at a terminal. */
import { Writable } from 'node:stream';

const SHOWN_KEYS = 6;

export function createTextDestination(out: NodeJS.WritableStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString('utf8').split('\n'))
        if (line !== '') out.write(`${readable(line)}\n`);
      done();
    },
  });
}

export function readable(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, component, msg, err, ...rest } = entry;
  const error = err as { message?: string; stack?: string } | undefined;
  const extra = Object.entries(rest)
    .slice(0, SHOWN_KEYS)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [
    String(time ?? '').slice(11, 19),
    String(level ?? '').padEnd(5),
    component === undefined ? '' : `${String(component)}:`,
    String(msg ?? ''),
    ...extra,
    error?.message === undefined ? '' : `(${error.message})`,
  ];
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\p{Cc}/gu, ' ');
}
