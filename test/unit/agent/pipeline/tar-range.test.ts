import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { expect, test } from 'vitest';
import { type TarEntry, tarStream } from '../../../../src/agent/pipeline/tar-stream.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const signal = new AbortController().signal;

test('entries that share a file get their own bytes', async () => {
  const root = tempFolder();
  const pack = path.join(root, 'pack');
  writeFileSync(pack, 'onetwothree');
  const entries: TarEntry[] = [
    { path: 'a/1.txt', file: pack, range: [0, 3] },
    { path: 'a/2.txt', file: pack, range: [3, 6] },
    { path: 'a/3.txt', file: pack, range: [6, 11] },
    { path: 'a/empty.txt', file: pack, range: [11, 11] },
    { path: 'whole', file: pack },
  ];
  const out = path.join(root, 'out');
  mkdirSync(out);
  await pipeline(Readable.from(tarStream(entries, new Date(0), signal)), extract({ cwd: out, strict: true }));
  const read = (name: string): string => readFileSync(path.join(out, name), 'utf8');
  expect(readdirSync(path.join(out, 'a'))).toEqual(['1.txt', '2.txt', '3.txt', 'empty.txt']);
  expect([read('a/1.txt'), read('a/2.txt'), read('a/3.txt'), read('a/empty.txt'), read('whole')]).toEqual([
    'one',
    'two',
    'three',
    '',
    'onetwothree',
  ]);
});

test('a range behind the end of its file is a fault, not a short entry', async () => {
  const pack = path.join(tempFolder(), 'pack');
  writeFileSync(pack, 'short');
  const drain = async (): Promise<void> => {
    for await (const _ of tarStream([{ path: 'x', file: pack, range: [2, 9] }], new Date(0), signal));
  };
  await expect(drain()).rejects.toThrow('expected 7 bytes, got 3');
});
