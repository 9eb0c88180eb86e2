/** One row as values: which picture, which box, which class. */
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { Columns } from './columns.ts';

/** `[x1, y1, x2, y2]` in the unit of the table. */
export type Corners = readonly [number, number, number, number];

export type ReadBox =
  | { kind: 'box'; corners: Corners }
  | { kind: 'empty' }
  /** The cells that are no numbers. */
  | { kind: 'bad'; cells: string };

export function readBox(cells: readonly string[], { box }: Columns): ReadBox {
  const texts =
    box.form === 'list' ? listOf(cells[box.at[0] as number] ?? '') : box.at.map((at) => cells[at] ?? '');
  if (texts.every((text) => text === '')) return { kind: 'empty' };
  const numbers = texts.map(toNumber);
  if (numbers.length !== 4 || !numbers.every((one) => one !== undefined))
    return { kind: 'bad', cells: texts.join(', ') };
  const [a, b, c, d] = numbers as [number, number, number, number];
  switch (box.form) {
    case 'corners':
      return { kind: 'box', corners: [a, b, c, d] };
    case 'centre and size':
      return { kind: 'box', corners: [a - c / 2, b - d / 2, a + c / 2, b + d / 2] };
    default:
      return { kind: 'box', corners: [a, b, a + c, b + d] };
  }
}

/** `[834.0, 222.0, 56.0, 36.0]`, also with other brackets or none. */
function listOf(text: string): string[] {
  const inner = text.replace(/^[[({\s]+|[\])}\s]+$/g, '');
  return inner === '' ? [''] : inner.split(/[\s,;]+/);
}
