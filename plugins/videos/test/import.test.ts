import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { detectHere, importHere, namesOf, told } from '../../../test/support/import-here.ts';

const plugin = 'videos';
const CLIPS = path.join(import.meta.dirname, '../fixtures/clips');
const media = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../../../test/fixtures/media', name));
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

test('folders are datasets; sizes come from the header; what browsers do not play is said', async () => {
  const imported = await importHere({ plugin, folder: CLIPS });
  expect(imported.failure).toBeUndefined();
  expect(imported.meta.projectType).toBe('videos');
  expect(namesOf(imported)).toEqual(['ds0/b.webm', 'street/a.mp4', 'street/c.avi']);
  expect(imported.items.map(({ mime }) => mime)).toEqual(['video/webm', 'video/mp4', 'video/x-msvideo']);
  for (const { width, height } of imported.items.slice(0, 2)) {
    expect(width).toBeGreaterThan(0);
    expect(height).toBeGreaterThan(0);
  }
  expect(imported.items[2]).not.toHaveProperty('width');
  expect(told(imported)).toEqual(['warning data/street/c.avi: browsers do not play avi files']);
});

test('options: everything in one dataset with names of their own, unplayable ones left out', async () => {
  const mp4 = media('ten-frames.mp4');
  const files = { 'a/x.mp4': mp4, 'b/X.MP4': mp4, 'b/x.MP4': mp4, 'c.avi': media('ten-frames.avi') };
  const imported = await importHere({ plugin, files, options: { datasets: 'one', unplayable: 'skip' } });
  expect(namesOf(imported)).toEqual(['ds0/x.mp4', 'ds0/X.mp4', 'ds0/x_01.mp4']);
  expect(told(imported)).toEqual(['skipped data/c.avi: browsers do not play avi files']);
});

test('what is no video, and what is more than one', async () => {
  const mp4 = media('ten-frames.mp4');
  const files = {
    'a.png': PNG,
    'broken.mp4': mp4.subarray(0, 200),
    'empty.mp4': '',
    'no-ending': mp4,
    'sound.mp4': media('sound-only.mp4'),
    'text.mov': 'hello',
    'two.mp4': media('two-streams.mp4'),
    '__MACOSX/a.mp4': mp4,
  };
  const imported = await importHere({ plugin, files });
  expect(imported.failure).toBeUndefined();
  expect(namesOf(imported)).toEqual(['ds0/no-ending', 'ds0/two.mp4']);
  expect(told(imported)).toEqual([
    'skipped data/__MACOSX/a.mp4: left behind by a file manager',
    'skipped data/a.png: it is no video',
    expect.stringMatching(/^failed data\/broken\.mp4: expected a video, got/),
    'failed data/empty.mp4: expected a video, got an empty file',
    'failed data/sound.mp4: expected a video, got a file without a stream of pictures',
    'failed data/text.mov: expected a video, got other bytes',
    'warning data/two.mp4: expected one stream of pictures, got 2; the first is shown',
  ]);
});

test('detection: by bytes, and behind pictures and labels', async () => {
  const mp4 = media('ten-frames.mp4');
  const confidence = async (files: Record<string, string | Buffer>): Promise<number> =>
    (await detectHere(plugin, files)).confidence;
  expect(await confidence({ 'a.mp4': mp4 })).toBe(0.45);
  expect(await confidence({ 'a.mp4': 'text', 'b.txt': '' })).toBe(0);
  expect(await confidence({ 'a.mp4': mp4, 'a.json': '{}' })).toBe(0.15);
  expect(await confidence({ 'a.mp4': mp4, 'a.png': PNG, 'b.png': PNG })).toBe(0.1);
  expect(await confidence({})).toBe(0);
});

test('any damage to a video gives an item or an error that says where', { timeout: 120_000 }, async () => {
  const { failed, reported } = await fuzzImport({
    plugin,
    files: folderFiles(CLIPS),
    damage: /\.(?:mp4|webm)$/,
    tokens: ['moov', 'trak', 'stsz', '\u0000\u0000\u0000\u0000', '\u00ff\u00ff\u00ff\u00ff', 'ftyp', 'avc1'],
    cases: 1500,
  });
  expect(failed).toBe(0);
  expect(reported).toBeGreaterThan(0);
});
