/** Damaged XML, lists of colours and masks: labels that are sound, or an error that says where. Never anything else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import { decodePngValues } from '../../../src/plugin-kit/pixels/read-values.ts';
import { parseXml } from '../../../src/plugin-kit/xml.ts';
import { damaged, type Random, randoms } from '../../../test/support/damage.ts';
import { createClassTitles } from '../class-titles.ts';
import { DEFAULT_COLOURS, parseColours } from '../colour-table.ts';
import { labelsOf } from '../object-labels.ts';
import { createObjectTags } from '../object-tags.ts';
import { readAnnotation } from '../read-annotation.ts';
import { splitImages } from '../split-masks.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/VOCdevkit/VOC2012', import.meta.url));
const XML = readFileSync(`${FIXTURES}/Annotations/2012_000001.xml`);
const PNG = readFileSync(`${FIXTURES}/SegmentationClass/2012_000001.png`);
const OBJECTS = readFileSync(`${FIXTURES}/SegmentationObject/2012_000001.png`);
const TOKENS = [
  '<',
  '>',
  '/',
  '&',
  ';',
  '"',
  '0',
  '-',
  '.',
  '1e9',
  'NaN',
  '<object>',
  '</object>',
  '<bndbox>',
  '<part>',
  '\0',
  'é',
  '<![CDATA[',
  '<!DOCTYPE',
  '&lt;',
];

const mutate = (bytes: Buffer, random: Random): Buffer => damaged(bytes, random, TOKENS);

const size = { width: 40, height: 30 };
const project = {
  defineClass: ({ title }: { title: string }) => title,
  defineTag: ({ name }: { name: string }) => name,
};
const context = () => ({
  titles: createClassTitles(project, { colours: DEFAULT_COLOURS, hasMasks: true, keepNeutral: true }),
  tags: createObjectTags(project, { survey: { tags: new Map(), names: new Set() }, titleOf: (name) => name }),
  options: { datasets: 'one' as const, parts: true, neutral: true, origin: 0 as const },
  instance: () => 'i',
});

test('10,000 damaged XML files', () => {
  const random = randoms(20_12);
  let failed = 0;
  let faults = 0;
  for (let i = 0; i < 10_000; i++) {
    const text = mutate(XML, random).toString('utf8');
    try {
      const annotation = readAnnotation(parseXml(text, 'a.xml'), 'a.xml');
      faults += annotation.faults.length;
      for (const { problem } of annotation.faults) expect(problem.place, text).toMatch(/^line \d+$/);
      const { labels } = labelsOf(
        { objects: annotation.objects, masks: [], size, maskFile: undefined },
        context(),
      );
      for (const label of labels) {
        expect(label.classTitle, text).not.toBe('');
        if (label.geometryType === 'rectangle')
          for (const point of label.points.exterior) expect(point.every(Number.isInteger), text).toBe(true);
      }
    } catch (error) {
      if (!(error instanceof SlyError)) throw error;
      expect(error.code, text).toBe('SLY_FORMAT_INVALID');
      failed++;
    }
  }
  // All outcomes must have been met, else the damage was of no use.
  expect(failed).toBeGreaterThan(1400);
  expect(failed).toBeLessThan(9700);
  expect(faults).toBeGreaterThan(50);
}, 300_000);

test('3000 damaged masks', () => {
  const random = randoms(7);
  let failed = 0;
  for (let i = 0; i < 3000; i++) {
    const [classes, objects] = i % 2 === 0 ? [mutate(PNG, random), OBJECTS] : [PNG, mutate(OBJECTS, random)];
    try {
      const [first, second] = [decodePngValues(classes), decodePngValues(objects)];
      if (first.width !== second.width || first.height !== second.height) continue;
      for (const { bitmap, box } of splitImages(first, second, new Set([0]))) {
        const mask = decodeBitmap(bitmap);
        expect([mask.x, mask.y, mask.x + mask.width - 1, mask.y + mask.height - 1]).toEqual(box);
        expect(box[2] < first.width && box[3] < first.height).toBe(true);
      }
    } catch (error) {
      if (!(error instanceof SlyError)) throw error;
      expect(['SLY_IMAGE_UNREADABLE', 'SLY_FORMAT_INVALID']).toContain(error.code);
      failed++;
    }
  }
  expect(failed).toBeGreaterThan(100);
  expect(failed).toBeLessThan(2900);
}, 300_000);

test('damaged colours', () => {
  const random = randoms(3);
  const text = Buffer.from('traffic light 1 2 3\ncar 255 0 0\nneutral 224 224 192\n');
  for (let i = 0; i < 1000; i++) {
    const { colours } = parseColours(mutate(text, random).toString('utf8'), 'colors.txt');
    for (const { name, colour } of colours)
      expect(name !== '' && colour >= 0 && colour <= 0xffffff).toBe(true);
  }
});
