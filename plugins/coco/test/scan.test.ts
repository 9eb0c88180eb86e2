import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { HAS } from '../annotation-fields.ts';
import { createIdCodes } from '../id-code.ts';
import { parseElement } from '../parse-element.ts';
import { JsonFault, scanCoco } from '../scan-json.ts';

const INSTANCES = fileURLToPath(
  new URL('../fixtures/people/annotations/instances_train.json', import.meta.url),
);

interface Scanned {
  annotations: { text: string; image: number; category: number; has: number }[];
  elements: [key: string, index: number, value: unknown][];
}

async function scan(file: string, bytes: Buffer): Promise<Scanned> {
  const found: Scanned = { annotations: [], elements: [] };
  const handle = await open(file, 'r');
  try {
    await scanCoco(
      handle,
      {
        element: (key, index, part) => found.elements.push([key, index, JSON.parse(part.toString())]),
        annotation: ({ offset, length, image, category, has }) =>
          found.annotations.push({
            text: bytes.toString('utf8', offset, offset + length),
            image,
            category,
            has,
          }),
        notObject: () => undefined,
      },
      { idOf: createIdCodes(), signal: new AbortController().signal },
    );
  } finally {
    await handle.close();
  }
  return found;
}

async function scanText(text: string | Buffer): Promise<Scanned> {
  const file = path.join(tempFolder('scan'), 'x.json');
  writeFileSync(file, text);
  return scan(file, Buffer.from(text));
}

test('finds what JSON.parse finds, byte for byte', async () => {
  const bytes = readFileSync(INSTANCES);
  const json = JSON.parse(bytes.toString()) as Record<
    'images' | 'annotations' | 'categories' | 'licenses',
    Record<string, unknown>[]
  >;
  const { annotations, elements } = await scan(INSTANCES, bytes);
  expect(annotations.map(({ text }) => JSON.parse(text) as unknown)).toEqual(json.annotations);
  expect(annotations.map(({ image, category }) => [image, category])).toEqual(
    json.annotations.map((one) => [one.image_id, one.category_id]),
  );
  expect(annotations.map(({ has }) => has)).toEqual([
    HAS.polygon | HAS.box,
    HAS.polygon | HAS.box,
    HAS.rle | HAS.box,
    HAS.rle | HAS.box,
  ]);
  for (const key of ['images', 'categories', 'licenses'] as const)
    expect(elements.filter(([list]) => list === key).map(([, , value]) => value)).toEqual(json[key]);
});

test('keys inside of values and strings mislead nobody', async () => {
  const one = {
    attributes: { image_id: 5, bbox: [1] },
    'x\\"image_id': 6,
    note: '"image_id": 7, {[',
    image_id: 1,
    caption: '}',
  };
  const { annotations } = await scanText(`{"annotations": [${JSON.stringify(one)}, {}]}`);
  expect(annotations.map(({ image, has }) => [image, has])).toEqual([
    [1, HAS.caption],
    [Number.NaN, 0],
  ]);
});

test('an entry larger than a read, and entries across reads', async () => {
  const long = { image_id: 1, segmentation: [Array.from({ length: 400_000 }, (_, i) => i)] };
  const short = Array.from({ length: 60_000 }, (_, i) => ({
    image_id: i,
    bbox: [i, 1, 2, 3],
    category_id: 'é',
  }));
  const text = JSON.stringify({ annotations: [long, ...short, long] });
  const { annotations } = await scanText(text);
  expect(annotations).toHaveLength(60_002);
  expect(annotations.slice(1, -1).every(({ image }, i) => image === i)).toBe(true);
  expect(annotations.at(-1)?.text).toBe(JSON.stringify(long));
});

test('says yes exactly where JSON.parse does, to objects', async () => {
  const folder = tempFolder('scan');
  const file = path.join(folder, 'x.json');
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', '"', ',', '}', '1', '\\', 'e', '-', 'n', ' '),
    )
    .map(([json, at, put]) => {
      const text = `{"images": ${json}}`;
      const place = at % text.length;
      return text.slice(0, place) + put + text.slice(place + (at % 2));
    });
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      writeFileSync(file, text);
      let valid = true;
      try {
        const value: unknown = JSON.parse(text);
        valid = typeof value === 'object' && value !== null && !Array.isArray(value);
      } catch {
        valid = false;
      }
      const outcome = await scan(file, Buffer.from(text)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof JsonFault) return false;
          throw error;
        },
      );
      expect(outcome, text).toBe(valid);
    }),
    { numRuns: 500 },
  );
});

test("Python's words become null outside of strings only", () => {
  expect(parseElement('{"a": [NaN, -Infinity, Infinity], "b": "NaN \\" Infinity"}')).toEqual({
    a: [null, null, null],
    b: 'NaN " Infinity',
  });
});
