/**
 * Lines of the agent's own log as they may leave the machine. Messages are fixed sentences; what stands beside them
 * may be anybody's names, so only numbers, yes and no, and codes of errors go along.
 */

/** What the program itself gave: no person's words. */
const OWN_WORDS = new Set([
  'time',
  'level',
  'component',
  'msg',
  'plugin',
  'state',
  'type',
  'code',
  'version',
  'kind',
]);
const MOST_FIELDS = 30;
const MOST_FRAMES = 12;

/** Undefined for what is no line of the log. */
export function publicLogLine(line: string): string | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null) return undefined;
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entry).slice(0, MOST_FIELDS)) {
    if (key === 'err') clean.err = publicError(value);
    else if (OWN_WORDS.has(key) || typeof value === 'number' || typeof value === 'boolean')
      clean[key] = value;
    else clean[key] = withoutWords(value);
  }
  return JSON.stringify(clean);
}

function withoutWords(value: unknown): unknown {
  if (typeof value === 'string') return isCode(value) ? value : `[${value.length} characters]`;
  if (Array.isArray(value)) return `[${value.length} values]`;
  return value === null ? null : '[an object]';
}

const isCode = (text: string): boolean => /^(?:SLY_[A-Z_]+|E[A-Z0-9]{2,14})$/.test(text);

/** Which error and where it was thrown; its message may name a file. */
function publicError(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return withoutWords(value);
  const { type, code, stack } = value as Record<string, unknown>;
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return {
    ...(typeof type === 'string' && { type }),
    ...(typeof code === 'string' && { code }),
    at: frames.slice(0, MOST_FRAMES).map((frame) => frame.trim().slice(3)),
  };
}
