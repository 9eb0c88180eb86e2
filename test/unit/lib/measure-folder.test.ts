import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderUsage } from '../../../src/lib/measure-folder.ts';
import { tempFolder } from '../../support/temp-folder.ts';

test('files at every depth; links and what they lead to are not counted', async () => {
  const folder = tempFolder('usage');
  const [inside, outside] = [path.join(folder, 'in'), path.join(folder, 'out')];
  mkdirSync(path.join(inside, 'a', 'b'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(path.join(inside, 'one'), '12345');
  writeFileSync(path.join(inside, 'a', 'b', 'two'), '123');
  writeFileSync(path.join(inside, 'a', 'empty'), '');
  writeFileSync(path.join(outside, 'large'), 'x'.repeat(1000));
  symlinkSync(outside, path.join(inside, 'folder'));
  symlinkSync(path.join(outside, 'large'), path.join(inside, 'file'));
  symlinkSync(inside, path.join(inside, 'a', 'loop'));
  expect(await folderUsage(inside)).toEqual({ files: 3, bytes: 8 });
  expect(await folderUsage(path.join(folder, 'nowhere'))).toEqual({ files: 0, bytes: 0 });
});
