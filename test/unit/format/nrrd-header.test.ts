import { expect, test } from 'vitest';
import { readNrrdHeader } from '../../../src/format/nrrd-header.ts';

const metaOf = (text: string) => readNrrdHeader(text)?.meta;
const header = (...lines: string[]): string => `NRRD0005\n${lines.join('\n')}\n\n\x00\x01`;

test.each([
  ['right-anterior-superior', [2, 0, 0, 1, 0, 3, 0, 2, 0, 0, 4, 3, 0, 0, 0, 1]],
  ['LPS', [-2, 0, 0, -1, 0, -3, 0, -2, 0, 0, 4, 3, 0, 0, 0, 1]],
  ['left-anterior-superior', [-2, 0, 0, -1, 0, 3, 0, 2, 0, 0, 4, 3, 0, 0, 0, 1]],
])('a volume in %s is answered in RAS', (space, matrix) => {
  const text = header(
    'dimension: 3',
    `space: ${space}`,
    'sizes: 10 20 30',
    'space directions: (2,0,0) (0,3,0) (0,0,4)',
    'space origin: (1,2,3)',
    'key:=value: with a colon',
  );
  expect(metaOf(text)).toMatchObject({
    dimensionsIJK: { x: 10, y: 20, z: 30 },
    channelsCount: 1,
    IJK2WorldMatrix: matrix,
  });
});

test('spacings stand in for directions, and an axis of channels is none of space', () => {
  expect(metaOf(header('sizes: 4 5 6', 'spacings: 0.5 0.25 2'))?.IJK2WorldMatrix).toEqual([
    ...[0.5, 0, 0, 0, 0, 0.25, 0, 0],
    ...[0, 0, 2, 0, 0, 0, 0, 1],
  ]);
  const colours = header('sizes: 3 4 5 6', 'space directions: none (1,0,0) (0,1,0) (0,0,1)');
  expect(metaOf(colours)).toMatchObject({ channelsCount: 3, dimensionsIJK: { x: 4, y: 5, z: 6 } });
});

test.each([
  ['no NRRD', 'PK\x03\x04\n\n'],
  ['no end', 'NRRD0004\nsizes: 1 2 3\n'],
  ['no sizes', header('dimension: 3')],
  ['two axes', header('sizes: 4 5')],
  ['a negative size', header('sizes: 4 -5 6')],
  ['words', header('sizes: a b c')],
  ['nothing', ''],
])('%s is no volume', (_what, text) => {
  expect(readNrrdHeader(text)).toBeUndefined();
});
