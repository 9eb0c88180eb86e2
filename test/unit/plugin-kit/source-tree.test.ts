import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const scan = (root: string) => scanSourceTree(root, createBreathe(new AbortController().signal));

test('regular files only, sorted by path, with their sizes', async () => {
  const root = tempFolder();
  mkdirSync(path.join(root, 'b/c'), { recursive: true });
  mkdirSync(path.join(root, 'empty'));
  writeFileSync(path.join(root, 'b/c/2.txt'), 'four');
  writeFileSync(path.join(root, 'b/z'), '');
  writeFileSync(path.join(root, 'b.txt'), 'x');
  writeFileSync(path.join(root, 'ä Ω.txt'), 'xy');
  symlinkSync('/etc/passwd', path.join(root, 'b/link'));
  symlinkSync('/etc', path.join(root, 'b/folder-link'));
  const tree = await scan(root);
  expect(tree.files).toEqual([
    { path: 'b.txt', size: 1 },
    { path: 'b/c/2.txt', size: 4 },
    { path: 'b/z', size: 0 },
    { path: 'ä Ω.txt', size: 2 },
  ]);
});

test('names that are no UTF-8 do not exist, files and folders', async () => {
  const root = tempFolder();
  const raw = (name: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
  writeFileSync(raw('caf\xe9.jpg'), 'x');
  mkdirSync(raw('dir\xff'));
  writeFileSync(raw('dir\xff/in.jpg'), 'x');
  writeFileSync(path.join(root, 'real \uFFFD.jpg'), 'x');
  expect((await scan(root)).files.map((file) => file.path)).toEqual(['real \uFFFD.jpg']);
});

test('head, text, base names', async () => {
  const root = tempFolder();
  mkdirSync(path.join(root, 'a'));
  writeFileSync(path.join(root, 'a/x.json'), '\uFEFF{"é":1}');
  writeFileSync(path.join(root, 'x.json'), 'short');
  const tree = await scan(root);
  expect((await tree.head('x.json', 3)).toString()).toBe('sho');
  expect((await tree.head('x.json', 300)).toString()).toBe('short');
  expect(await tree.text('a/x.json')).toBe('{"é":1}');
  await expect(tree.text('x.json', 4)).rejects.toMatchObject({ code: 'SLY_FORMAT_INVALID', file: 'x.json' });
  expect(tree.byBaseName('x.json').map((file) => file.path)).toEqual(['a/x.json', 'x.json']);
  expect(tree.byBaseName('none')).toEqual([]);
  expect(() => tree.locate('../x')).toThrow('relative path inside');
});

test('an abort ends the scan', async () => {
  const root = tempFolder();
  for (let i = 0; i < 200; i++) writeFileSync(path.join(root, String(i)), '');
  const controller = new AbortController();
  controller.abort();
  const breathe = () => Promise.resolve().then(() => controller.signal.throwIfAborted());
  await expect(scanSourceTree(root, breathe)).rejects.toMatchObject({ name: 'AbortError' });
});
