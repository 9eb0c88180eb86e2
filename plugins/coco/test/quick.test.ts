/** The quick way from bytes to bytes against the way every annotation can take: JSON.parse, labels, JSON.stringify. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Label } from '../../../src/format/model.ts';
import type { CategoryClasses } from '../categories.ts';
import { createLabelMaker } from '../labels.ts';
import { lineBufferIn } from '../line-buffer.ts';
import { createQuickAnnotation, readQuick } from '../quick-annotation.ts';
import { putQuickLabels, quickCategory } from '../quick-labels.ts';

const size = { width: 640, height: 480 };
const prefix = 'a'.repeat(20);
const CLASSES: CategoryClasses[] = [
  { name: 'é "x"', polygon: 'é "x"', box: 'é "x" bbox', nodes: [] },
  { name: 'only outlines', polygon: 'p', nodes: [] },
  { name: 'only boxes', box: 'b', nodes: [] },
];

/** Labels as both ways have them; undefined where the quick way says no. */
function bothWays(
  text: string,
  classes: CategoryClasses,
): { quick: Label[] | undefined; slow: Label[]; said: string[] } {
  const said: string[] = [];
  const slow: Label[] = [];
  const keys = { next: 7 };
  const book = { note: (_: string, kind: string) => void said.push(kind) };
  createLabelMaker({ hiddenKeypoints: false, book })(
    JSON.parse(text) as Record<string, unknown>,
    {
      classes,
      size,
      tags: [],
      instance: () => prefix + (keys.next++).toString(16).padStart(12, '0'),
      at: { file: 'f', index: 0 },
    },
    slow,
  );
  const bytes = Buffer.from(` ${text} `);
  const found = createQuickAnnotation();
  const line = lineBufferIn(new SharedArrayBuffer(16));
  const done =
    readQuick(bytes, 1, found) &&
    putQuickLabels(line, found, quickCategory(classes), size, {
      prefix: Buffer.from(prefix),
      keys: { next: 7 },
    });
  const labels = line.bytes.toString('utf8', 0, line.at);
  return {
    quick: done ? (JSON.parse(`[${labels.replace(/,$/, '')}]`) as Label[]) : undefined,
    slow,
    said,
  };
}

/** Numbers as programs write them: whole, short, long, with exponents, at the border and beyond. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 640 }).map(String),
  fc.double({ min: 0, max: 480, noNaN: true }).map((n) => n.toFixed(2)),
  fc.double({ min: 0, max: 480, noNaN: true }).map(String),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '480',
    '479.99999999999999999',
    '639.5',
    '1e2',
    '2.5E+1',
    '1e-7',
    '-1',
    '700',
    '123456789012345678901',
  ),
);
const ring = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.tuple(number, number), { minLength: 3, maxLength: 12 })
      .map((points) => points.flat()),
  },
  { weight: 1, arbitrary: fc.array(number, { maxLength: 9 }) },
  // Closed, as many programs write them.
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(number, number), { minLength: 3, maxLength: 6 })
      .map((points) => [...points, points[0] as [string, string]].flat()),
  },
  // Corners of a box that lies in others: holes.
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 200 }).map((n) => {
      const [a, b] = [String(n), String(480 - n)];
      return [a, a, b, a, b, b, a, b];
    }),
  },
);
const listOf = (numbers: readonly string[], space: string): string => `[${numbers.join(`,${space}`)}]`;
const annotation = fc
  .record({
    rings: fc.array(ring, { maxLength: 4 }),
    flat: fc.boolean(),
    box: fc.option(fc.array(number, { minLength: 3, maxLength: 5 })),
    space: fc.constantFrom('', ' ', '\n\t'),
    extra: fc.constantFrom(
      '"area":12.5',
      '"iscrowd":0',
      '"iscrowd": false',
      '"x":{"a":["}",{"b":"\\""}]}',
      '"keypoints":[]',
      '"score":1e-3,"s":"a,b"',
    ),
    order: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ rings, flat, box, space, extra, order }) => {
    const [only] = rings;
    const segmentation =
      flat && only !== undefined && only.length > 0
        ? listOf(only, space)
        : `[${rings.map((one) => listOf(one, space)).join(`,${space}`)}]`;
    const parts = [`"segmentation":${space}${segmentation}`, `"category_id":${space}3`, extra];
    if (box !== null) parts.push(`"bbox":${space}${listOf(box, space)}`);
    const turned = [...parts.slice(order % parts.length), ...parts.slice(0, order % parts.length)];
    return `{${space}${turned.join(`,${space}`)}${space}}`;
  });

test('gives the same labels, or leaves the annotation to the other; never where something is to be told', () => {
  let quickly = 0;
  fc.assert(
    fc.property(annotation, fc.constantFrom(...CLASSES), (text, classes) => {
      const { quick, slow, said } = bothWays(text, classes);
      if (quick === undefined) return;
      quickly++;
      expect(said).toEqual([]);
      expect(quick).toEqual(slow);
      expect(JSON.stringify(quick)).toBe(JSON.stringify(slow));
    }),
    { numRuns: 5000 },
  );
  expect(quickly).toBeGreaterThan(500);
});

test('takes what most files are made of', () => {
  const text =
    '{"segmentation": [[100.5, 20.25, 130.0, 22.13, 128.9, 60.0]], "area": 702.1, "iscrowd": 0, "image_id": 5, "bbox": [100.5, 20.25, 29.5, 39.75], "category_id": 3, "id": 900}';
  const { quick, slow } = bothWays(text, CLASSES[0] as CategoryClasses);
  expect(quick).toEqual(slow);
  expect(quick).toHaveLength(2);
  expect(quick?.[0]?.instance).toBe(`${prefix}000000000007`);
});

test.each([
  ['{"category_id":3,"iscrowd":1,"bbox":[1,1,2,2]}', 'a crowd has a tag'],
  ['{"category_id":3,"attributes":{"a":1},"bbox":[1,1,2,2]}', 'so have attributes'],
  ['{"category_id":"3","bbox":[1,1,2,2]}', 'an id that is text'],
  ['{"bbox":[1,1,2,2]}', 'no category'],
  ['{"category_id":3,"category_id":4,"bbox":[1,1,2,2]}', 'a key twice'],
  ['{"category\\u005fid":3,"category_id":4,"bbox":[1,1,2,2]}', 'a key with an escape'],
  ['{"category_id":3,"keypoints":[1,1,2]}', 'keypoints'],
  ['{"category_id":3,"caption":"a car"}', 'a caption'],
  ['{"category_id":3,"segmentation":{"size":[1,1],"counts":[1]}}', 'run lengths'],
  ['{"category_id":3,"segmentation":[["1",1,2,2,3,3]]}', 'text instead of a number'],
  ['{"category_id":3,"segmentation":[[[1,1],[2,2],[3,3]]]}', 'points instead of numbers'],
  ['{"category_id":3,"bbox":[1,1,null,2]}', 'null in a box'],
  ['{"category_id":3,"bbox":{"x":1}}', 'a box that is no list'],
])('%s is left to the other way: %s', (text) => {
  expect(readQuick(Buffer.from(text), 0, createQuickAnnotation())).toBe(false);
});
