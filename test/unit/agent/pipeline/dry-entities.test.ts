/** A dry run of what is no image: what is counted, what there is to look at; and which kind of project it is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createKnownItems } from '../../../../src/agent/pipeline/known-items.ts';
import { createOutcomes } from '../../../../src/agent/pipeline/outcomes.ts';
import { createPluginFiles } from '../../../../src/agent/pipeline/plugin-files.ts';
import { writePreview } from '../../../../src/agent/pipeline/previews/write-preview.ts';
import { publishSegment } from '../../../../src/agent/pipeline/publish-segment.ts';
import { projectTypeOf } from '../../../../src/agent/pipeline/results-meta.ts';
import type { StepContext } from '../../../../src/agent/pipeline/step-context.ts';
import { previewOf } from '../../../../src/agent/pipeline/tally.ts';
import { createParser } from '../../../../src/lib/schema.ts';
import { PreviewFileSchema } from '../../../../src/protocol/preview.ts';
import { PreviewSchema } from '../../../../src/protocol/task.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const { signal } = new AbortController();

test('a volume counts objects by class, figures, and every file it names', async () => {
  const root = tempFolder('dry');
  mkdirSync(path.join(root, 'outcomes'));
  const outcomes = createOutcomes(path.join(root, 'outcomes'));
  const ctx = { outcomes, signal, deps: {} } as unknown as StepContext;
  const names = ['a.nrrd', 'm.nrrd', 'cam.png', 'other'];
  const files = names.map((name) => ({ path: name, size: 10, mtimeNs: 0n, inode: 0n }));
  const objects = ['car', 'car', 'man'].map((classTitle, at) => ({ key: `o${at}`, classTitle }));
  const { samples = [] } = await publishSegment(
    ctx,
    {
      number: 1,
      broken: [],
      lines: [
        {
          kind: 'item',
          dataset: 'ds',
          name: 'a.nrrd',
          file: 'data/a.nrrd',
          key: '1',
          ann: { tags: [{ name: 'night' }], objects },
          related: [{ name: 'cam.png', file: 'data/cam.png' }],
        },
        {
          kind: 'figures',
          of: '1',
          figures: [
            { objectKey: 'o0', geometryType: 'mask_3d', file: 'data/m.nrrd' },
            { objectKey: 'o1', geometryType: 'mask_3d', file: 'data/none' },
            { objectKey: 'o1', geometryType: 'point_3d', geometry: { x: 0, y: 0, z: 0 } },
          ],
        },
      ],
    },
    {
      publicationId: undefined,
      projectType: 'volumes',
      files: createPluginFiles({ dataRoot: root, known: new Set(names), results: root }),
      sourceFiles: new Map(files.map((file) => [file.path, file])),
      known: createKnownItems(),
      onBytes: () => undefined,
    },
  );
  const tree = { root, files, refused: [] };
  const { counts, tally } = await outcomes.summarize(tree, {
    reportFile: path.join(root, 'report'),
    unusedMessage: 'not used',
  });
  expect(counts).toMatchObject({ files: 4, ok: 3, skipped: 1, failed: 0, items: 1, bytes: 30 });
  const preview = previewOf(tally, { classes: [], tags: [], projectType: 'volumes' });
  expect(createParser(PreviewSchema).parse(preview, 'preview')).toMatchObject({
    datasets: [{ name: 'ds', count: 1 }],
    classes: [
      { name: 'car', count: 2 },
      { name: 'man', count: 1 },
    ],
    tags: [{ name: 'night', count: 1 }],
    figures: 2,
  });
  expect(samples).toEqual([{ dataset: 'ds', name: 'a.nrrd', kind: 'volumes' }]);
  const file = path.join(root, 'preview.json');
  await writePreview(file, samples, signal);
  const written = createParser(PreviewFileSchema).parse(JSON.parse(readFileSync(file, 'utf8')), 'preview');
  expect(written.items).toEqual([{ dataset: 'ds', name: 'a.nrrd', kind: 'volumes', width: 0, height: 0 }]);
});

test('images have labels and no figures', () => {
  expect(previewOf({ datasets: {}, classes: {}, tags: {} }, { projectType: 'images' })).not.toHaveProperty(
    'figures',
  );
});

test('the kind of a project: what meta.json says, where the plugin makes several', async () => {
  const several = { name: 'p', modalities: ['images', 'videos'] as ('images' | 'videos')[] };
  const results = tempFolder('results');
  expect(await projectTypeOf(results, several)).toBe('images');
  const say = (projectType: unknown) =>
    writeFileSync(path.join(results, 'meta.json'), JSON.stringify({ classes: [], tags: [], projectType }));
  say('videos');
  expect(await projectTypeOf(results, several)).toBe('videos');
  expect(await projectTypeOf(results, { name: 'p', modalities: ['images'] })).toBe('images');
  say('volumes');
  await expect(projectTypeOf(results, several)).rejects.toMatchObject({
    code: 'SLY_PLUGIN_OUTPUT',
    detail: expect.stringContaining('"volumes"'),
  });
  // The classic form has it in the folder of its project.
  mkdirSync(path.join(results, 'project'));
  writeFileSync(path.join(results, 'project', 'meta.json'), JSON.stringify({ projectType: 'videos' }));
  expect(await projectTypeOf(results, several)).toBe('videos');
});
