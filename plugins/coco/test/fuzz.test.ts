import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { annotationOf, png } from './cases.ts';
import { type ImportResult, importInProcess } from './in-process.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/people/annotations', import.meta.url));
const SOURCES = ['instances_train.json', 'person_keypoints_train.json', 'captions_train.json'].map(
  (name) => ({
    name,
    bytes: readFileSync(path.join(FOLDER, name)),
  }),
);
const KNOWN = ['SLY_FORMAT_JSON', 'SLY_FORMAT_INVALID', 'SLY_PUBLISH_NOTHING'];
/** What tears JSON and numbers best. */
const TOKENS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '.',
  'e',
  '0',
  '9e999',
  'null',
  'NaN',
  'true',
  '\n',
  '\u0000',
  'é',
  '"id":',
  '[]',
  '{}',
  '-1',
  '1e5',
];

function randoms(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}

function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let text = bytes;
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(text.length);
    const token = Buffer.from(TOKENS[random(TOKENS.length)] ?? '');
    switch (random(5)) {
      case 0:
        text = Buffer.concat([text.subarray(0, at), token, text.subarray(at)]);
        break;
      case 1:
        text = Buffer.concat([text.subarray(0, at), token, text.subarray(at + token.length)]);
        break;
      case 2:
        text = Buffer.concat([text.subarray(0, at), text.subarray(at + 1 + random(20))]);
        break;
      case 3: {
        const piece = text.subarray(at, at + random(60));
        const to = random(text.length);
        text = Buffer.concat([text.subarray(0, to), piece, text.subarray(to)]);
        break;
      }
      default:
        text = Buffer.from(text);
        text[at] = random(256);
    }
  }
  return text;
}

function check(run: ImportResult, text: Buffer): void {
  const context = text.toString('latin1');
  if (run.failure !== undefined) {
    expect(KNOWN, context).toContain(run.failure.code);
    expect(run.reports.length, context).toBeGreaterThan(0);
  }
  for (const report of run.reports) {
    expect(report.file ?? report.message, context).toBeTruthy();
    expect(report.code, context).not.toBe('SLY_INTERNAL');
  }
  const meta = run.meta;
  if (meta === undefined) return;
  for (const item of run.items) {
    const problems = validateAnnotation(annotationOf(item), meta);
    expect(problems, context).toEqual([]);
  }
}

test('any damage gives items that are sound or an error that says where', async () => {
  const random = randoms(20_26);
  const parent = tempFolder('fuzz');
  let failed = 0;
  for (let i = 0; i < 2000; i++) {
    const source = SOURCES[i % SOURCES.length]!;
    const text = mutate(source.bytes, random);
    const folder = path.join(parent, String(i));
    mkdirSync(folder);
    const run = await importInProcess({
      files: { [source.name]: text, 'beach.png': png(), 'street.png': png() },
      options: { hidden_keypoints: true, rle_as: i % 2 === 0 ? 'polygon' : 'bitmap' },
      folder,
    });
    check(run, text);
    if (run.failure !== undefined) failed++;
    rmSync(folder, { recursive: true });
  }
  // Both outcomes must have been met, else the damage was of no use.
  expect(failed).toBeGreaterThan(100);
  expect(failed).toBeLessThan(1900);
}, 120_000);

test('so does any damage to a panoptic file or to its mask', async () => {
  const folder = fileURLToPath(new URL('../fixtures/panoptic', import.meta.url));
  const json = readFileSync(path.join(folder, 'annotations/panoptic_val.json'));
  const mask = readFileSync(path.join(folder, 'annotations/panoptic_val/street.png'));
  const random = randoms(4_711);
  const parent = tempFolder('fuzz');
  let broken = 0;
  for (let i = 0; i < 1000; i++) {
    const [text, pixels] = i % 2 === 0 ? [mutate(json, random), mask] : [json, mutate(mask, random)];
    const run = await importInProcess({
      files: { 'panoptic_val.json': text, 'panoptic_val/street.png': pixels, 'val/street.png': png(12, 8) },
      options: { rle_as: i % 4 < 2 ? 'polygon' : 'bitmap' },
      folder: mkdtempSync(path.join(parent, 'case-')),
    });
    check(run, text);
    if (run.failure !== undefined || run.reports.some(({ status }) => status === 'failed')) broken++;
  }
  expect(broken).toBeGreaterThan(100);
  expect(broken).toBeLessThan(990);
}, 120_000);
