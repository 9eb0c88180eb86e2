/** A list of links counts by what its links gave: none of them usable is a failed file, some of them is a good one. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createKnownItems } from '../../../../src/agent/pipeline/known-items.ts';
import { createOutcomes } from '../../../../src/agent/pipeline/outcomes.ts';
import { createPluginFiles } from '../../../../src/agent/pipeline/plugin-files.ts';
import { publishSegment } from '../../../../src/agent/pipeline/publish-segment.ts';
import type { Segment } from '../../../../src/agent/pipeline/segments.ts';
import type { StepContext } from '../../../../src/agent/pipeline/step-context.ts';
import type { SourceTree } from '../../../../src/agent/ports/sources.ts';
import { SlyError } from '../../../../src/lib/errors.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const BAD = 'https://example.org/gone.jpg';

/** The lists of a source with the links in each, one segment a list; `used` comes in a last one. */
async function countsOf(lists: Record<string, string[]>) {
  const root = tempFolder('links');
  mkdirSync(path.join(root, 'outcomes'));
  const outcomes = createOutcomes(path.join(root, 'outcomes'));
  const links = {
    async probe(link: string) {
      if (link === BAD) throw new SlyError('SLY_NOT_FOUND', { detail: 'HTTP 404' });
      return { mime: 'image/jpeg', extension: '.jpg', width: 1, height: 1 };
    },
  };
  const ctx = { outcomes, signal: new AbortController().signal, deps: { links } } as unknown as StepContext;
  const names = Object.keys(lists);
  const files = createPluginFiles({ dataRoot: root, known: new Set(names), results: root });
  const publish = (number: number, lines: Segment['lines']) =>
    publishSegment(
      ctx,
      { number, lines, broken: [] },
      {
        publicationId: undefined,
        projectType: 'images',
        known: createKnownItems(),
        files,
        sourceFiles: new Map(),
        onBytes: () => undefined,
      },
    );
  for (const [at, name] of names.entries()) {
    const file = `data/${name}`;
    await publish(
      at + 1,
      (lists[name] ?? []).map((link, line) => ({
        kind: 'item' as const,
        dataset: 'ds0',
        name: `${line}.jpg`,
        link,
        probe: { file, place: `line ${line + 1}` },
      })),
    );
  }
  const used = names.map((name) => ({ kind: 'used' as const, file: `data/${name}`, as: 'list' }));
  await publish(names.length + 1, used);
  const tree: SourceTree = {
    root,
    files: names.map((name) => ({ path: name, size: 1, mtimeNs: 0n, inode: 0n })),
    refused: [],
  };
  const reportFile = path.join(root, 'report.ndjson');
  return (await outcomes.summarize(tree, { reportFile, unusedMessage: 'not used' })).counts;
}

test('every link of a list failed: the list failed', async () => {
  expect(await countsOf({ 'list.txt': [BAD, BAD] })).toMatchObject({ files: 1, ok: 0, failed: 1, items: 0 });
});

test('some of them: the list is good, and each bad line is in the report', async () => {
  expect(await countsOf({ 'list.txt': [BAD, 'https://example.org/a.jpg'] })).toMatchObject({
    files: 1,
    ok: 1,
    failed: 0,
    items: 1,
  });
});

test('several lists are told apart', async () => {
  const counts = await countsOf({ 'a.txt': [BAD], 'b.txt': ['https://example.org/b.jpg'], 'c.txt': [] });
  expect(counts).toMatchObject({ files: 3, ok: 2, failed: 1, items: 1 });
});
