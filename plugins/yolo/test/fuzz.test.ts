import { expect, test } from 'vitest';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { fixture } from './cases.ts';

const TOKENS = [
  ...TEXT_TOKENS,
  '0 0.5 0.5 1 1\n',
  'names:',
  '[',
  ']',
  '{',
  '}',
  ':',
  '- ',
  '&a',
  '*a',
  'train',
  '..',
  '/',
  '1e-5',
];

test.each([
  ['segment', 2000],
  ['pose', 2000],
  ['obb', 3000],
  ['darknet', 3000],
])(
  'damaged %s gives sound items, or says where',
  async (name, cases) => {
    const { failed, reported } = await fuzzImport({
      plugin: 'yolo',
      files: folderFiles(fixture(name)),
      damage: /\.(?:txt|ya?ml|data|names)$/,
      tokens: TOKENS,
      cases,
      options: { obb: 'oriented_bbox' },
    });
    expect(reported).toBeGreaterThan(cases / 20);
    // A picture is there whatever its labels are.
    expect(failed).toBeLessThan(cases / 2);
  },
  240_000,
);
