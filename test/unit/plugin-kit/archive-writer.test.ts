import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSegment } from '../../../src/agent/pipeline/segments.ts';
import { createArchivePaths } from '../../../src/plugin-kit/archive-paths.ts';
import { createArchiveResults } from '../../../src/plugin-kit/archive-writer.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const breathe = () => undefined;

/** Entries with their bytes, as the agent would take them. */
async function entriesOf(task: string): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (let number = 1; ; number++) {
    const segment = await readSegment(path.join(task, 'results/segments'), number);
    if (segment === undefined) return entries;
    expect(segment.broken).toEqual([]);
    for (const line of segment.lines) {
      if (line.kind !== 'entry') continue;
      const bytes = line.file.startsWith('data/') ? line.file : readFileSync(path.join(task, line.file));
      entries.set(line.path, String(bytes.slice(...(line.range ?? []))));
    }
  }
}

test('texts share files, large entries have their own, pictures stay where they are', async () => {
  const task = tempFolder();
  const { archive, finish } = createArchiveResults(path.join(task, 'results'), { breathe });
  await archive.addFile('images/a.png', 'project/ds/img/a.png');
  const large = await archive.open('all.json');
  await large.write('[');
  for (let i = 0; i < 2500; i++) {
    await archive.addText(`labels/${i}.txt`, `${i} é\n`);
    await large.write(i === 0 ? '0' : `,${i}`);
  }
  const reused = Buffer.from(',1');
  await large.write(reused);
  reused.fill(0);
  await large.write(new Uint8Array([0x5d]));
  await large.end();
  await archive.addText('empty.txt', '');
  finish();
  const entries = await entriesOf(task);
  expect(entries.size).toBe(2503);
  expect(entries.get('images/a.png')).toBe('data/project/ds/img/a.png');
  expect(entries.get('labels/0.txt')).toBe('0 é\n');
  expect(entries.get('labels/2499.txt')).toBe('2499 é\n');
  expect(entries.get('empty.txt')).toBe('');
  expect(JSON.parse(entries.get('all.json') ?? '')).toHaveLength(2501);
});

test('a taken path gets a suffix before the ending', () => {
  const paths = createArchivePaths();
  expect(paths.take('a/b.c/x.tar.gz')).toBe('a/b.c/x.tar.gz');
  expect(paths.take('a/b.c/x.tar.gz')).toBe('a/b.c/x.tar_01.gz');
  expect(paths.take('a/b.c/x.tar_02.gz')).toBe('a/b.c/x.tar_02.gz');
  expect(paths.take('a/b.c/x.tar.gz')).toBe('a/b.c/x.tar_03.gz');
  expect(paths.take('.hidden')).toBe('.hidden');
  expect(paths.take('.hidden')).toBe('.hidden_01');
  for (let i = 2; i < 100; i++) paths.take('.hidden');
  expect(paths.take('.hidden')).toBe('.hidden_100');
});

test.each(['', '/etc/passwd', '../x', 'a/../x', 'a//b', './a', 'a/', 'a\0b'])(
  '%j is no path in an archive',
  (wanted) => {
    expect(() => createArchivePaths().take(wanted)).toThrow('expected a relative path');
  },
);

test('an entry that was never ended is a fault', async () => {
  const { archive, finish } = createArchiveResults(tempFolder(), { breathe });
  await archive.open('half.json');
  expect(finish).toThrow('half.json was opened and never ended');
});
