/** The header of a PCD file, and whether what it announces can be there. */
const HEADER = /(?:^|\n)DATA[ \t]+(\w+)[ \t]*\r?\n/;
export const MOST_HEADER = 64 << 10;

/** What is wrong with it; `fatal`: it has no points that could be shown. Undefined when it is sound. */
export function pcdFault(head: Buffer, size: number): { fatal: boolean; message: string } | undefined {
  const fatal = (message: string) => ({ fatal: true, message });
  const text = head.toString('latin1', 0, MOST_HEADER);
  const data = HEADER.exec(text);
  if (data === null) return fatal('expected a header with a line DATA, got none');
  const lines = new Map(
    text
      .slice(0, data.index)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([key = '', ...words]) => [key.toUpperCase(), words]),
  );
  const names = (lines.get('FIELDS') ?? []).map((name) => name.toLowerCase());
  const missing = ['x', 'y', 'z'].filter((axis) => !names.includes(axis));
  if (missing.length > 0) return fatal(`expected fields x, y and z, got ${names.join(', ') || 'none'}`);
  const number = (key: string, otherwise: number): number => Number(lines.get(key)?.[0] ?? otherwise);
  const points = number('POINTS', number('WIDTH', Number.NaN) * number('HEIGHT', 1));
  if (!Number.isSafeInteger(points) || points < 0)
    return fatal(`expected a number of points, got ${lines.get('POINTS')?.[0] ?? 'none'}`);
  const sizes = (lines.get('SIZE') ?? []).map(Number);
  const counts = lines.get('COUNT')?.map(Number) ?? names.map(() => 1);
  const isSound = (list: readonly number[]): boolean =>
    list.length === names.length && list.every((one) => Number.isSafeInteger(one) && one > 0);
  if (!isSound(sizes) || !isSound(counts)) return fatal(`expected SIZE and COUNT of ${names.length} fields`);
  const kind = (data[1] ?? '').toLowerCase();
  if (kind === 'ascii' || kind === 'binary_compressed') return undefined;
  if (kind !== 'binary') return fatal(`expected DATA ascii, binary or binary_compressed, got ${kind}`);
  const step = sizes.reduce((sum, one, at) => sum + one * (counts[at] ?? 1), 0);
  const there = Math.floor((size - data.index - data[0].length) / step);
  return there < points ? { fatal: false, message: `expected ${points} points, got ${there}` } : undefined;
}
