import path from 'node:path';
import { expect, test } from 'vitest';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
const TOKENS = [...JSON_TOKENS, '"bitmap"', '"points":', '"data":"eJw"', '"classTitle":""', 'IDAT'];

test.each([
  ['project', 6000],
  ['legacy', 2000],
  ['loose', 2000],
  ['videos', 1500],
  ['point_clouds', 1500],
  ['episodes', 1500],
  ['volumes', 1000],
])(
  'any damage to a file of %s gives sound items or an error that says where',
  async (name, cases) => {
    const { failed, reported } = await fuzzImport({
      plugin: 'supervisely',
      files: folderFiles(path.join(FIXTURES, name)),
      // Of the larger items the bytes are not looked at.
      damage:
        /^(?!.*(?:video|pointcloud|volume|mask|interpolation|related_images)\/.*\.(?:mp4|pcd|nrrd|stl|png)$)/,
      tokens: TOKENS,
      cases,
      // The platform's own format: pixels of masks are not decoded, and a template without nodes allows all.
      unread: /\.bitmap\.data$|\.nodes\./,
    });
    // What is wrong with one file does not end the import.
    expect(failed).toBe(0);
    expect(reported).toBeGreaterThan(cases / 4);
  },
  300_000,
);
