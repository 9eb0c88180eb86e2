import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { ImageAnnotation } from '../../../src/format/model.ts';
import { writeGrey } from '../../../src/plugin-kit/pixels/write-png.ts';
import { damaged, randoms, TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { importHere } from '../../../test/support/import-here.ts';
import { PICTURE } from '../../../test/support/random-projects.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { example, framed, objectIn } from './cases.ts';

const mask = writeGrey(new Uint8Array(37 * 23).fill(255, 40, 300), { width: 37, height: 23 });
const payload = example(
  objectIn(PICTURE, {
    'image/object/mask': { bytes: [mask] },
    'image/object/class/label': { ints: [1] },
    'image/object/difficult': { ints: [1] },
    'image/object/weight': { floats: [0.5] },
    'image/class/text': { bytes: ['street'] },
  }),
);
const labels = "item { id: 1 name: 'car' }\nitem { id: 2 display_name: \"b\" name: 'c' }\n";
/** Wire types, lengths and what ends a number. */
const TOKENS = [
  '\n',
  '\x12',
  '\x1a',
  '\x08',
  '\x0d',
  '\x7f',
  '\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01',
  '\u00ff',
  'image/object/mask',
];

test('damaged files and label maps', { timeout: 300_000 }, async () => {
  const { failed, reported } = await fuzzImport({
    plugin: 'tfrecord',
    files: { 'a.tfrecord': framed(payload, payload), 'b.png': PICTURE, 'l.pbtxt': labels },
    damage: /tfrecord|pbtxt/,
    tokens: [...TOKENS, ...TEXT_TOKENS, '{', '}', "'", '\\', '\\x'],
    cases: 2000,
  });
  expect(reported).toBeGreaterThan(500);
  // The picture beside is always there.
  expect(failed).toBe(0);
});

test('damage behind checksums that are right', { timeout: 300_000 }, async () => {
  const random = randoms(7);
  const parent = tempFolder('fuzz');
  let faults = 0;
  let sound = 0;
  for (let i = 0; i < 100; i++) {
    // Many records a file: opening files is what costs.
    const records = Array.from({ length: 100 }, () => damaged(payload, random, TOKENS));
    const work = path.join(parent, String(i));
    mkdirSync(work);
    const run = await importHere({
      plugin: 'tfrecord',
      files: { 'a.tfrecord': framed(...records), 'b.png': PICTURE, 'l.pbtxt': labels },
      work,
    });
    expect(run.failure).toBeUndefined();
    for (const { code, message } of run.reports) {
      expect(code, message).not.toBe('SLY_INTERNAL');
      expect(message).not.toBe('');
    }
    for (const { ann } of run.items) expect(validateAnnotation(ann as ImageAnnotation, run.meta)).toEqual([]);
    faults += run.reports.length;
    sound += run.items.length;
    rmSync(work, { recursive: true });
  }
  expect(faults).toBeGreaterThan(600);
  expect(sound).toBeGreaterThan(600);
});
