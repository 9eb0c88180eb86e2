import path from 'node:path';
import { expect, test } from 'vitest';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';

const TOKENS =
  '< > / " = & ; , - . 0 9e999 -1 1e5 NaN \u0000 é &lt; <image> </image> <box/> <track> z_order="x" rotation="1" points="" ]]> <!--'.split(
    ' ',
  );
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

test.each(['street', 'video'])(
  'any damage of %s gives sound items or an error that says where',
  async (name) => {
    const { failed, reported } = await fuzzImport({
      plugin: 'cvat',
      files: folderFiles(path.join(FIXTURES, name)),
      damage: /\.xml$/,
      tokens: TOKENS,
      cases: 5000,
    });
    expect(failed).toBeGreaterThan(0);
    expect(reported).toBeGreaterThan(2500);
  },
  300_000,
);
