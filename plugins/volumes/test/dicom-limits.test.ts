/** DICOM that is damaged, and volumes larger than what is held of them at a time. */
import { expect, test } from 'vitest';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import type { Slice } from '../dicom/read-image.ts';
import { turnedBlocks } from '../dicom/turned-blocks.ts';
import { eachTurned, turnToRas } from '../orient.ts';
import { BIG, DEFLATED, dicomFile, IMPLICIT, picture, RLE } from './dicom-writer.ts';

const signal = new AbortController().signal;

test('a volume in blocks of any size is the volume, whichever way its slices lie', async () => {
  const sizes = [3, 4, 5] as const;
  const [columns, rows, depth] = sizes;
  const plane = columns * rows;
  const axes = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  for (const order of orders)
    for (const signs of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const columnsOf = order.map((axis, at) =>
        (axes[axis] ?? []).map((one) => one * ((signs >> at) & 1 ? -1 : 1)),
      );
      const toWorld = [0, 1, 2].flatMap((row) => [...columnsOf.map((one) => one[row] ?? 0), 0]);
      const turn = turnToRas([...sizes], [...toWorld, 0, 0, 0, 1]);
      const expected = new Uint8Array(plane * depth);
      eachTurned(turn, (to, from) => {
        expected[to] = from;
      });
      for (const blockBytes of [1, 2 * turn.sizes[0] * turn.sizes[1], 1000]) {
        const slices = Array.from({ length: depth }, (_, frame) => ({ frame }) as Slice);
        const read = async ({ frame }: Slice) =>
          Float64Array.from({ length: plane }, (_, at) => frame * plane + at);
        const blocks = { slices, turn, scalar: 'uint8', lowest: 0, read, signal, blockBytes } as const;
        const made: number[] = [];
        for await (const bytes of turnedBlocks(blocks)) made.push(...bytes);
        expect(made).toEqual([...expected]);
      }
    }
});

test('any damage to DICOM gives an item or an error that says where', { timeout: 120_000 }, async () => {
  const values = [1, 2, 3, 4, 5, 6];
  const slice = (k: number, more = {}) =>
    picture({ values, columns: 3, rows: 2, number: k, position: [0, 0, 3 * k], ...more });
  // Six high bytes of 0, six low ones of 7.
  const packed = Buffer.alloc(68);
  for (const [at, value] of [2, 64, 66].entries()) packed.writeUInt32LE(value, 4 * at);
  packed.set([251, 0, 251, 7], 64);
  const item = (bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0xfe, 0xff, 0, 0xe0, bytes.length, 0, 0, 0]), bytes]);
  const { '7fe00010': _pixels, ...head } = slice(5);
  const rle = Buffer.concat([
    dicomFile(head, { syntax: RLE }),
    Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    item(Buffer.alloc(0)),
    item(packed),
    Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
  ]);
  const { failed, reported } = await fuzzImport({
    plugin: 'volumes',
    files: {
      'a.dcm': dicomFile(slice(0)),
      'b.dcm': dicomFile(slice(1), { syntax: IMPLICIT, start: 'bare' }),
      'c.dcm': dicomFile(slice(2, { big: true }), { syntax: BIG }),
      'd.dcm': dicomFile(slice(3), { syntax: DEFLATED }),
      'e.dcm': dicomFile(slice(4, { values: [...values, ...values], more: { '00280008': ['IS', '2'] } })),
      'f.dcm': rle,
    },
    damage: /\.dcm$/,
    tokens: [
      '\u0000',
      '\u00ff\u00ff\u00ff\u00ff',
      'SQ',
      '\\',
      '1e99',
      '-0',
      'nan',
      'IS',
      '\u00fe\u00ff\u0000\u00e0',
    ],
    cases: 800,
  });
  expect(failed).toBeLessThan(20);
  expect(reported).toBeGreaterThan(200);
});
