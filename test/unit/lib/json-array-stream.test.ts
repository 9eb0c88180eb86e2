import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonHandlers, type ScanJsonOptions, scanJson } from '../../../src/lib/json-array-stream.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const signal = new AbortController().signal;

function fileWith(text: string | Uint8Array): string {
  const file = path.join(tempFolder(), 'some.json');
  writeFileSync(file, text);
  return file;
}

/** What scanJson hands out for every key of `keys`, put together again. */
async function collect(file: string, keys: readonly string[], options: Partial<ScanJsonOptions> = {}) {
  const got: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const kinds = new Map<string, string>();
  const handlers: Record<string, JsonHandlers[string]> = {};
  for (const key of keys) {
    Object.defineProperty(handlers, key, {
      enumerable: true,
      value: (element: unknown, at: { index: number; offset: number }) => {
        if (kinds.get(key) === 'array') {
          const list = got[key] as unknown[];
          expect(at.index).toBe(list.length);
          list.push(element);
        } else got[key] = element;
      },
    });
  }
  const scanned = await scanJson(file, handlers, {
    signal,
    onKey: (key, kind) => {
      kinds.set(key, kind);
      if (kind === 'array' && keys.includes(key)) got[key] = [];
    },
    ...options,
  });
  return { got, scanned };
}

test('random objects, random chunk sizes, any indent: the same as JSON.parse', async () => {
  const file = path.join(tempFolder(), 'random.json');
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.string({ unit: 'binary' }),
        fc.oneof(fc.array(fc.jsonValue({ stringUnit: 'binary' })), fc.jsonValue({ stringUnit: 'binary' })),
      ),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(undefined, 1, '\t', '\r\n'),
      fc.boolean(),
      async (value, chunkBytes, indent, bom) => {
        const text = JSON.stringify(value, null, indent);
        writeFileSync(file, (bom ? '\uFEFF' : '') + text);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const keys = Object.keys(parsed);
        const { got, scanned } = await collect(file, keys, { chunkBytes });
        expect(scanned.keys.toSorted()).toEqual(keys.toSorted());
        expect(JSON.stringify(got)).toBe(JSON.stringify(Object.assign(Object.create(null), parsed)));
        // The same file with nothing wanted: only the keys come out.
        expect((await collect(file, [], { chunkBytes })).scanned.keys.toSorted()).toEqual(keys.toSorted());
      },
    ),
    { numRuns: 400 },
  );
});

test('random damage: either JSON.parse refuses it too, or what was wanted is the same', async () => {
  const file = path.join(tempFolder(), 'damaged.json');
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()), { minKeys: 1 }),
      fc.nat(),
      fc.constantFrom('', '{', '}', '[', ']', '"', ',', ':', '\\', '0', ' ', 'x'),
      fc.integer({ min: 1, max: 40 }),
      async (value, place, put, chunkBytes) => {
        const text = JSON.stringify(value);
        const at = place % text.length;
        const damaged = text.slice(0, at) + put + text.slice(at + 1);
        writeFileSync(file, damaged);
        let parsed: Record<string, unknown> | undefined;
        try {
          parsed = JSON.parse(damaged) as Record<string, unknown>;
        } catch {
          parsed = undefined;
        }
        const keys = Object.keys(parsed ?? value);
        const scan = collect(file, [...new Set([...keys, ...Object.keys(value)])], { chunkBytes });
        if (parsed !== undefined && !Array.isArray(parsed)) {
          expect(Object.keys((await scan).got).toSorted()).toEqual(keys.toSorted());
        } else {
          // A key that damage renamed may be skipped, and skipping only counts brackets.
          const unknown = await scan.then(
            ({ scanned }) => scanned.keys.some((key) => !keys.includes(key)),
            (error: { code: string }) => error.code === 'SLY_FORMAT_JSON',
          );
          expect(unknown).toBe(true);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('offsets name the byte of each element, in UTF-8', async () => {
  const text = '{"ä": [ {"a": "é"},\n {"b": 2} ] }';
  const offsets: number[] = [];
  await scanJson(
    fileWith(text),
    { ä: (_element, { offset }) => void offsets.push(offset) },
    { signal, chunkBytes: 3 },
  );
  const bytes = Buffer.from(text);
  expect(offsets).toEqual([bytes.indexOf('{"a'), bytes.indexOf('{"b')]);
});

test('only a handler that returns a promise is waited for', async () => {
  const list = Array.from({ length: 1000 }, (_, id) => ({ id }));
  let turned = false;
  let turnedBeforeLast: boolean | undefined;
  await scanJson(
    fileWith(JSON.stringify({ list })),
    {
      list: (_element, { index }) => {
        if (index === 0) queueMicrotask(() => (turned = true));
        if (index === list.length - 1) turnedBeforeLast = turned;
      },
    },
    { signal },
  );
  expect(turnedBeforeLast).toBe(false);

  const seen: number[] = [];
  await scanJson(
    fileWith(JSON.stringify({ list: list.slice(0, 5) })),
    {
      list: async (_element, { index }) => {
        await new Promise((resolve) => setTimeout(resolve, 5 - index));
        seen.push(index);
      },
    },
    { signal },
  );
  expect(seen).toEqual([0, 1, 2, 3, 4]);
});

test.each([
  ['', 'line 1, column 1 (byte 0): expected an object', 'the end of the file'],
  ['[1]', 'line 1, column 1 (byte 0): expected an object', '"[1]"'],
  ['{"a": [1, 2', 'line 1, column 12 (byte 11)', 'the end of the file'],
  ['{"a": [{"b": 1}', 'byte 15', "expected ',' or ']'"],
  ['{"a": [{"b": 1', 'line 1, column 8 (byte 7)', 'the end of the file'],
  ['{"a": [1,]}', 'byte 9', 'expected a value, got "]}"'],
  ['{"a": }', 'byte 6', 'expected a value'],
  ['{"a" 1}', 'byte 5', "expected ':'"],
  ['{a: 1}', 'byte 1', 'a key in double quotes'],
  ['{"a": 1,}', 'byte 8', 'a key in double quotes'],
  ['{"a": 1} x', 'byte 9', 'expected the end of the file, got "x"'],
  ['{"a": [{"b":1} {"c":2}]}', 'byte 15', "expected ',' or ']'"],
  ['{\n "é": 0,\n "a": [\n  {"b" 1}]}', 'line 4, column 8', 'a[0]'],
  ['{"a": [0, {"score": NaN}]}', 'a[1]: expected a number, got NaN', ''],
  ['{"skipped": tru, "a": 1}', 'byte 12', ''],
])('refuses %s and says where', async (text, where, what) => {
  const error = await scanJson(fileWith(text), { a: () => undefined }, { signal }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'SLY_FORMAT_JSON', file: 'some.json' });
  expect((error as Error).message).toContain(where);
  expect((error as Error).message).toContain(what);
});

test('UTF-16 is named as such', async () => {
  const text = Buffer.from('\uFEFF{"a": 1}', 'utf16le');
  await expect(scanJson(fileWith(text), {}, { signal })).rejects.toMatchObject({
    code: 'SLY_FORMAT_JSON',
    hint: 'Save the file as UTF-8.',
  });
});

test("a handler's own error comes out unchanged, and an abort ends the scan", async () => {
  const file = fileWith(JSON.stringify({ a: Array.from({ length: 500 }, (_, i) => i) }));
  const mine = new Error('mine');
  await expect(
    scanJson(
      file,
      {
        a: () => {
          throw mine;
        },
      },
      { signal },
    ),
  ).rejects.toBe(mine);
  const controller = new AbortController();
  let calls = 0;
  const scan = scanJson(
    file,
    {
      a: () => {
        calls++;
        controller.abort();
      },
    },
    { signal: controller.signal, chunkBytes: 64 },
  );
  await expect(scan).rejects.toMatchObject({ name: 'AbortError' });
  expect(calls).toBeLessThan(64);
});
