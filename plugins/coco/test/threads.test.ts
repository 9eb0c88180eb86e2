/** A thread or none, what comes out is the same. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeCoco } from '../../../bench/convert-coco/generate.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import type { Workers } from '../../../src/plugin-kit/workers.ts';
import { annotationOf } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import type { ConvertJob, ConvertResult } from '../convert-job.ts';
import { convertersOf } from '../converters.ts';
import { importLists } from './cases.ts';

/** Of all segments in order; how many there are is a matter of time. */
const linesOf = (taskFolder: string): string[] => {
  const folder = path.join(taskFolder, 'results', 'segments');
  return readdirSync(folder)
    .sort()
    .flatMap((name) =>
      readFileSync(path.join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    );
};

test('a file worth a thread gives the same lines without one, and the same with a filter of all classes', async () => {
  const folder = tempFolder('coco');
  writeCoco(path.join(folder, 'instances_a.json'), { images: 2000, annotations: 15_000 });
  const wanted = { action: 'import', plugin: 'coco', folder, options: { links: true } } as const;
  const [threaded, alone] = await Promise.all([runPlugin(wanted), runPlugin({ ...wanted, noThreads: true })]);
  expect(threaded.failure).toBeUndefined();
  expect(threaded.items).toHaveLength(2000);
  expect(linesOf(threaded.taskFolder)).toEqual(linesOf(alone.taskFolder));
  const classes = threaded.meta?.classes.map(({ title }) => title) ?? [];
  const filtered = await runPlugin({ ...wanted, options: { links: true, classes } });
  expect(filtered.items).toEqual(threaded.items);
}, 60_000);

function workersThat(run: () => Promise<ConvertResult>): Workers<ConvertJob, ConvertResult> {
  return { count: 1, inline: false, start: () => undefined, run, close: async () => undefined };
}

const job = (): ConvertJob => ({
  run: -1,
  setup: Buffer.from(
    JSON.stringify({ root: '/', prefix: '', hiddenKeypoints: false, datasets: [], files: [] }),
  ).buffer.slice(0) as never,
  arena: new SharedArrayBuffer(0),
  first: 0,
  names: [],
  datasets: new Uint32Array(0),
  widths: new Uint32Array(0),
  heights: new Uint32Array(0),
  sources: [],
  tagNames: [],
  out: new SharedArrayBuffer(8),
});

test('where the thread dies the job is done here, what the job itself says stays said', async () => {
  const setup = Buffer.from(
    JSON.stringify({ root: '/', prefix: '', hiddenKeypoints: false, datasets: [], files: [] }),
  );
  const shared = new SharedArrayBuffer(setup.length);
  setup.copy(Buffer.from(shared));
  const dead = convertersOf(workersThat(() => Promise.reject(new Error('out of memory'))));
  expect(await dead.run({ ...job(), setup: shared })).toMatchObject({ notes: [], tags: [] });
  const refused = convertersOf(
    workersThat(() => Promise.reject(new SlyError('SLY_SOURCE_CHANGED', { detail: 'it shrank' }))),
  );
  await expect(refused.run({ ...job(), setup: shared })).rejects.toMatchObject({
    code: 'SLY_SOURCE_CHANGED',
  });
});

test('a tag whose name is taken by one of another type is called otherwise in the lines too', async () => {
  const box = { bbox: [1, 1, 2, 2] };
  const run = await importLists([
    { ...box, attributes: { speed: 4 } },
    { ...box, attributes: { speed: 'slow' } },
    { ...box, attributes: { speed: true } },
  ]);
  const tags = annotationOf(run.items[0]).objects.map((label) => label.tags[0]);
  const types = new Map(run.meta?.tags.map(({ name, value_type }) => [name, value_type]));
  expect(tags.map((tag) => types.get(tag?.name ?? ''))).toEqual(['any_number', 'any_string', 'none']);
  expect(new Set(tags.map((tag) => tag?.name)).size).toBe(3);
  expect(tags[0]).toEqual({ name: 'speed', value: 4 });
});
