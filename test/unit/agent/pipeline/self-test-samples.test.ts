/** The projects exporters are tested with: each can be laid out as any other, and read by the kit. */
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { layOutProject } from '../../../../src/agent/pipeline/project-layout.ts';
import { localDeps } from '../../../../src/agent/pipeline/self-test/local-deps.ts';
import type { PipelineDeps, StepContext } from '../../../../src/agent/pipeline/step-context.ts';
import { taskFolder } from '../../../../src/agent/pipeline/task-folder.ts';
import { openExportedProject } from '../../../../src/plugin-kit/exported-project.ts';
import type { Reporter } from '../../../../src/plugin-kit/plugin.ts';
import { ENTITY_TYPES } from '../../../support/entity-projects.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const { signal } = new AbortController();

test.each(ENTITY_TYPES)('%s', async (type) => {
  const folder = taskFolder(tempFolder('sample'), 'key', 1);
  mkdirSync(folder.data, { recursive: true });
  const deps = localDeps({ policy: {} } as PipelineDeps, '', type);
  const ctx = { deps, folder, signal, progress: () => undefined } as unknown as StepContext;
  const spec = { action: 'export' as const, projectId: 1, plugin: 'p', options: {} };
  const laidOut = await layOutProject(ctx, spec, [type]);
  const report = {} as Reporter;
  const project = await openExportedProject(folder.data, laidOut.folder, {
    report,
    breathe: () => undefined,
    signal,
  });
  expect(project).toMatchObject({ type, total: laidOut.items });
  const annotations = [];
  for await (const { annotation } of project.entities()) if (annotation) annotations.push(annotation);
  for await (const { annotation } of project.episodes()) annotations.push(annotation);
  expect(annotations).toHaveLength(1);
  for (const annotation of annotations) {
    expect((await annotation.head()).objects).toHaveLength(1);
    const figures = [];
    for await (const page of annotation.figures()) figures.push(...page);
    expect(figures).toHaveLength(1);
  }
});
