import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { detectFormats } from '../../../src/plugin-kit/detect.ts';
import { createSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function addPlugin(root: string, name: string, body: string, actions = ['detect', 'import']): void {
  mkdirSync(path.join(root, name));
  writeFileSync(
    path.join(root, name, 'plugin.json'),
    JSON.stringify({ name, actions, modalities: ['images'] }),
  );
  writeFileSync(
    path.join(root, name, 'plugin.ts'),
    `export const plugin = { detect: async () => { ${body} } };`,
  );
}

test('best first; one that throws or says no is rejected with its reason', async () => {
  const root = tempFolder();
  addPlugin(root, 'low', `return { confidence: 0.3, because: 'pictures' };`);
  addPlugin(root, 'high', `return { confidence: 7, because: 'its marks', options: { a: 1 } };`);
  addPlugin(root, 'no', `return { confidence: 0, because: 'no marks' };`);
  addPlugin(root, 'broken', `throw new Error('oops');`);
  addPlugin(root, 'silent', `throw new Error('never asked');`, ['import']);
  mkdirSync(path.join(root, 'not-a-plugin'));
  const detection = await detectFormats(createSourceTree('/', []), new AbortController().signal, root);
  expect(detection.candidates).toEqual([
    { plugin: 'high', confidence: 1, because: 'its marks', options: { a: 1 } },
    { plugin: 'low', confidence: 0.3, because: 'pictures' },
  ]);
  expect(detection.rejected).toMatchObject([
    { plugin: 'broken', because: expect.stringContaining('oops') },
    { plugin: 'no', because: 'no marks' },
  ]);
});
