/** Writes a binary PCD file point by point; some thousand points are in memory at a time. */
import type { FileHandle } from 'node:fs/promises';
import type { Scalar } from './scalars.ts';

export interface PcdField {
  name: string;
  scalar: Scalar;
}

interface PcdWriter {
  /** A value a field. Returns a promise when the buffer is full. */
  point(values: ArrayLike<number>): void | Promise<void>;
  /** After the last point. */
  end(): Promise<void>;
}

const POINTS_AT_ONCE = 8192;

/** `points`: how many will come. */
export async function openPcd(
  handle: FileHandle,
  fields: readonly PcdField[],
  points: number,
): Promise<PcdWriter> {
  await handle.write(header(fields, points));
  const step = fields.reduce((sum, { scalar }) => sum + scalar.size, 0);
  const bytes = Buffer.alloc(step * Math.min(POINTS_AT_ONCE, points));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;

  async function flush(): Promise<void> {
    const filled = at;
    at = 0;
    for (let done = 0; done < filled; ) done += (await handle.write(bytes, done, filled - done)).bytesWritten;
  }

  return {
    point(values) {
      for (const [k, { scalar }] of fields.entries()) {
        scalar.write(view, at, values[k] as number);
        at += scalar.size;
      }
      return at === bytes.length ? flush() : undefined;
    },
    end: flush,
  };
}

function header(fields: readonly PcdField[], points: number): string {
  const all = (text: (field: PcdField) => string | number): string => fields.map(text).join(' ');
  return [
    '# .PCD v0.7 - Point Cloud Data file format',
    'VERSION 0.7',
    `FIELDS ${all(({ name }) => name)}`,
    `SIZE ${all(({ scalar }) => scalar.size)}`,
    `TYPE ${all(({ scalar }) => scalar.type)}`,
    `COUNT ${all(() => 1)}`,
    `WIDTH ${points}`,
    'HEIGHT 1',
    'VIEWPOINT 0 0 0 1 0 0 0',
    `POINTS ${points}`,
    'DATA binary\n',
  ].join('\n');
}
