/** Builds what a reader says of a file: one sentence, always "expected X, got Y" with the value. */
import type { FormatProblem } from './model.ts';

const MAX_SHOWN = 80;

export function problem(
  severity: FormatProblem['severity'],
  place: string,
  expected: string,
  got: unknown,
  hint?: string,
): FormatProblem {
  const message = `expected ${expected}, got ${shown(got)}`;
  return { severity, place, code: 'SLY_FORMAT_INVALID', message, ...(hint === undefined ? {} : { hint }) };
}

/** A value as a person recognises it in the file, cut where it gets long. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = cutBefore(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mask may be megabytes of text: it is cut before it is turned into JSON, not after. */
function cutBefore(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_SHOWN + 1));
  if (Array.isArray(value) && value.length > MAX_SHOWN)
    return `a list of ${value.length} (${cutBefore(value[0])}, ...)`;
  if (typeof value === 'number') return String(value);
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'string' && inner.length > MAX_SHOWN ? `${inner.slice(0, MAX_SHOWN)}...` : inner,
    ) ?? String(value)
  );
}
