/** Random projects out and in again, a task at a time: what the task carries comes back to the pixel. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { GeometryType, Label } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { importHere, labelsOf } from '../../../test/support/import-here.ts';
import { projectFiles, type RandomProject, randomProjects } from '../../../test/support/random-projects.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

// Many runs, and other work beside them.
vi.setConfig({ testTimeout: 120_000 });

const projects = (shapes: GeometryType[]): fc.Arbitrary<RandomProject> =>
  randomProjects({ shapes, objectTags: [], imageTags: [], instances: false });

/** Item name -> what `tell` says of its labels, before and after. */
async function thereAndBack(
  project: RandomProject,
  options: Record<string, unknown>,
  work: string,
): Promise<{ before: Map<string, Label[]>; after: Map<string, Label[]> }> {
  const [out, back] = [path.join(work, 'out'), path.join(work, 'back')];
  mkdirSync(out, { recursive: true });
  mkdirSync(back);
  const exported = await exportHere('yolo', projectFiles(project), {}, out);
  expect(exported.failure).toBeUndefined();
  expect(exported.reports).toEqual([]);
  const imported = await importHere({ plugin: 'yolo', files: exported.entries, options, work: back });
  expect(imported.failure).toBeUndefined();
  expect(imported.reports).toEqual([]);
  return {
    before: new Map(
      project.items.map(({ dataset, name, annotation }) => [
        `${dataset.replaceAll('/', '_')}_${name}`,
        annotation.objects as Label[],
      ]),
    ),
    after: new Map(imported.items.map((item) => [item.name, labelsOf(item)])),
  };
}

const plain = (labels: readonly Label[]): unknown[] =>
  labels.map(({ classTitle, geometryType, ...rest }) => [
    classTitle,
    geometryType,
    'points' in rest ? rest.points : rest.nodes,
  ]);

const mapped = (items: Map<string, Label[]>): Record<string, unknown> =>
  Object.fromEntries([...items].map(([name, labels]) => [name, plain(labels)]).sort());

test.each([
  ['detect', 'rectangle'],
  ['segment', 'polygon'],
] as const)('%s', async (_, shape) => {
  let run = 0;
  const parent = tempFolder('round');
  await fc.assert(
    fc.asyncProperty(projects([shape]), async (project) => {
      const { before, after } = await thereAndBack(project, {}, path.join(parent, String(run++)));
      expect(mapped(after)).toEqual(mapped(before));
    }),
    { numRuns: 60 },
  );
});

test('pose: nodes have numbers for names, hidden ones stay hidden', async () => {
  let run = 0;
  const parent = tempFolder('round');
  const numbers: Record<string, string> = { head: '0', foot: '1' };
  await fc.assert(
    fc.asyncProperty(projects(['graph']), async (project) => {
      const options = { keypoint_boxes: false };
      const { before, after } = await thereAndBack(project, options, path.join(parent, String(run++)));
      for (const labels of before.values())
        for (const label of labels)
          if (label.geometryType === 'graph')
            label.nodes = Object.fromEntries(
              Object.entries(label.nodes).map(([id, node]) => [numbers[id], node]),
            );
      expect(mapped(after)).toEqual(mapped(before));
    }),
    { numRuns: 60 },
  );
});

test('obb: box and angle', async () => {
  let run = 0;
  const parent = tempFolder('round');
  await fc.assert(
    fc.asyncProperty(projects(['oriented_bbox']), async (project) => {
      const options = { obb: 'oriented_bbox' };
      const { before, after } = await thereAndBack(project, options, path.join(parent, String(run++)));
      expect(mapped(after)).toEqual(mapped(before));
      for (const [name, labels] of before) {
        for (const [i, label] of labels.entries()) {
          const turned = Number(after.get(name)?.[i]?.angle) - Number(label.angle);
          // Corners have six decimals, the smallest box is one pixel wide.
          expect(Math.abs(Math.sin(turned / 2))).toBeLessThan(1e-3);
        }
      }
    }),
    { numRuns: 60 },
  );
});
