/**
 * Pascal VOC -> items. One round over the XML files for the types of their tags, then picture by picture: XML in
 * this thread, masks in worker threads, a few pictures ahead.
 */
import { createHash } from 'node:crypto';
import { createLabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createSourceTree } from '../../src/plugin-kit/source-tree.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { createClassTitles } from './class-titles.ts';
import { NEUTRAL_COLOUR } from './colour-table.ts';
import { createDatasetNames } from './dataset-names.ts';
import { findJobs, type Job } from './jobs.ts';
import { layOut, type VocLayout } from './layout.ts';
import { type LabelContext, labelsOf } from './object-labels.ts';
import { createObjectTags } from './object-tags.ts';
import { importOptions } from './options.ts';
import { readColours } from './read-colours.ts';
import type { MaskFiles, MaskPart, SplitMasks } from './split-masks.ts';
import { surveyAnnotations } from './survey.ts';

type MaskWorkers = Workers<MaskFiles, SplitMasks>;

interface Read extends Job {
  split: SplitMasks | undefined;
}

const AHEAD = 12;

export async function importVoc(ctx: ImportContext): Promise<void> {
  const options = importOptions(ctx.options);
  const layout = layOut(ctx.tree.files);
  const pictures = createSourceTree(ctx.tree.root, layout.others);
  const items = createLabelledItems({ ...ctx, tree: pictures });
  const survey = await surveyAnnotations(ctx, layout.xmls);
  const colours = await readColours(ctx, layout.colours, items.book);
  const hasMasks = [...layout.maskSets.values()].some(({ classes }) => classes.size > 0);
  const titles = createClassTitles(ctx.project, { colours, hasMasks, keepNeutral: options.neutral });
  const titleOf = (name: string): string | undefined =>
    titles.ofMaskName(name) ?? titles.of(name, 'rectangle');
  const context: Omit<LabelContext, 'instance'> = {
    titles,
    options,
    tags: createObjectTags(ctx.project, { survey, titleOf }),
  };
  const datasetOf = await createDatasetNames(ctx, layout, options);
  await sayForeign(ctx, survey.foreign);
  const workers: MaskWorkers = createWorkers(siblingModule(import.meta.url, 'split-worker'));
  const ignore = options.neutral ? [] : [NEUTRAL_COLOUR];
  const usedMasks = new Set<string>();
  const total = survey.annotations.length || pictures.files.length;
  let done = 0;

  async function read(job: Job): Promise<Read> {
    const { picture, masks } = job;
    if (masks?.classes === undefined) return { ...job, split: undefined };
    const files: MaskFiles = {
      classes: ctx.tree.locate(masks.classes),
      objects: masks.objects === undefined ? undefined : ctx.tree.locate(masks.objects),
      width: picture.width,
      height: picture.height,
      ignore,
    };
    return { ...job, split: await workers.run(files) };
  }

  try {
    const jobs = findJobs({ ctx, pictures, layout, xmls: survey.annotations, items });
    for await (const one of mapInOrder(jobs, read, AHEAD)) {
      ctx.progress('Reading annotations', done++, total);
      await addOne(one);
    }
  } finally {
    await workers.close();
  }
  await sayUnusedMasks(ctx, layout, usedMasks);
  await items.addRest(hasMasks ? 'an annotation or a mask' : 'an annotation', datasetOf);
  await items.finish();

  async function addOne(one: Read): Promise<void> {
    const { picture, annotation } = one;
    const masks = await maskParts(one);
    for (const { kind, problem } of annotation.faults) items.fault(kind, () => problem);
    let instances = 0;
    const { labels, faults } = labelsOf(
      { objects: annotation.objects, masks, size: picture, maskFile: one.masks?.classes },
      { ...context, instance: () => keyOf(picture.file, instances++) },
    );
    for (const { kind, problem } of faults) items.fault(kind, () => problem);
    await items.add(picture, { dataset: datasetOf(picture.file), labels });
  }

  async function maskParts({ masks, split }: Read): Promise<readonly MaskPart[]> {
    if (masks === undefined) return [];
    const faults = split?.faults ?? [];
    for (const kind of ['classes', 'objects'] as const) {
      const file = masks[kind];
      if (file === undefined) continue;
      usedMasks.add(file);
      const fault = faults.find((one) => one.of === kind);
      if (fault !== undefined) {
        const { code, message } = fault;
        items.book.note('failed', 'masks that cannot be read', () => ({ file, code, message }));
        if (ctx.options.bad_annotation !== 'skip-annotation')
          items.fault('masks that cannot be read', () => ({ file, code, message }));
      } else if (split === undefined) {
        const message = 'expected a class mask beside the object mask, got none: its objects have no class';
        items.book.note('skipped', 'object masks without class masks', () => ({
          file,
          code: 'SLY_FORMAT_INVALID',
          message,
        }));
      } else await ctx.report.used(file, kind === 'classes' ? 'class mask' : 'object mask');
    }
    return split?.parts ?? [];
  }
}

function keyOf(picture: string, number: number): string {
  return createHash('sha256').update(`${picture}\n${number}`).digest('hex').slice(0, 32);
}

async function sayForeign({ report }: ImportContext, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const message = 'expected an XML file with the root <annotation>, got another root';
    await report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
  }
}

async function sayUnusedMasks(
  { report }: ImportContext,
  { maskSets, spareMasks }: VocLayout,
  used: ReadonlySet<string>,
): Promise<void> {
  for (const { classes, objects } of maskSets.values()) {
    for (const file of [...classes.values(), ...objects.values()]) {
      if (used.has(file)) continue;
      const message = 'expected a picture with the name of this mask, got none';
      await report.skipped({ file, code: 'SLY_NOT_FOUND', message });
    }
  }
  for (const file of spareMasks) {
    const message = 'a second mask of the same picture; SegmentationClass and SegmentationObject are read';
    await report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
  }
}
