/** Label Studio -> items, task by task. */
import { createHash } from 'node:crypto';
import type { Label, Tag } from '../../src/format/model.ts';
import { shown } from '../../src/format/problem.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { writeEmbedded } from '../../src/plugin-kit/embedded-picture.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, type ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { pictureOfTask } from './find-picture.ts';
import { configFor, type FoundConfig, findConfigs, type LabelConfig } from './label-config.ts';
import { createTaskLabels, type TaskLabels } from './task-labels.ts';
import { kindOfTasks, readTasks, type Task } from './tasks.ts';

interface Work {
  ctx: ImportContext;
  items: LabelledItems;
  match: ImageMatcher;
  labelsOf: TaskLabels;
  described: Set<string>;
}

export async function importLabelStudio(ctx: ImportContext): Promise<void> {
  const { tree, project, options, signal, report } = ctx;
  const items = createLabelledItems(ctx);
  const work: Work = {
    ctx,
    items,
    match: createImageMatcher(tree),
    labelsOf: createTaskLabels(createShapeClasses(project), createTagNames(project), {
      choicesAs:
        options.choices_as === 'name' || options.choices_as === 'value' ? options.choices_as : 'auto',
      rotatedAs: options.rotated_boxes_as === 'polygon' ? 'polygon' : 'oriented_bbox',
    }),
    described: new Set(),
  };
  const configs = await findConfigs(tree);
  const usedConfigs = new Set<FoundConfig>();
  let found = 0;
  let broken: string | undefined;
  for (const file of tree.files) {
    const kind = await kindOfTasks(tree, file);
    if (kind === undefined) continue;
    found++;
    const config = configFor(configs, file.path);
    if (config !== undefined) usedConfigs.add(config);
    try {
      const tasks = await readTasks(tree, file.path, kind, {
        signal,
        onTask: (task, index) =>
          importTask(
            task,
            { json: file.path, place: kind === 'list' ? `[${index}]` : '', config: config?.config },
            work,
          ),
      });
      await report.used(file.path, `Label Studio: ${tasks} tasks`);
    } catch (error) {
      signal.throwIfAborted();
      const problem = toSlyError(error);
      if (problem.code !== 'SLY_FORMAT_JSON' || options.bad_annotation === 'stop') throw error;
      broken ??= file.path;
      await items.book.flush();
      await report.failed({ file: file.path, code: problem.code, message: problem.detail });
    }
  }
  if (found === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected a JSON list of tasks with annotations that have a "result", got none',
      hint: 'Label Studio calls this export "JSON". "JSON-MIN" and the CSV lack what is needed.',
    });
  for (const { file } of usedConfigs) await report.used(file, 'Label Studio: labelling interface');
  await importRest(work, broken);
  await items.finish();
}

/** Pictures no task speaks of. Where a file broke off, they may be of those. */
async function importRest({ ctx, items }: Work, broken: string | undefined): Promise<void> {
  if (broken !== undefined && ctx.options.bad_annotation === 'skip-item') {
    items.book.note('warning', 'files that broke off', () => ({
      file: broken,
      code: 'SLY_FORMAT_JSON',
      message: 'pictures that no task before the break speaks of are left out',
      hint: 'Set bad_annotation: skip-annotation to import them without labels.',
    }));
    return;
  }
  await items.addRest('a task', (file) => datasetOf(ctx, file));
}

const datasetOf = ({ options }: ImportContext, file: string): string =>
  options.datasets === 'one' ? ONLY_DATASET : folderDataset(file);

interface TaskPlace {
  json: string;
  /** JSON path of the task. */
  place: string;
  config: LabelConfig | undefined;
}

async function importTask(task: Task | string, at: TaskPlace, work: Work): Promise<void> {
  const { ctx, items, match, described } = work;
  const { json, place, config } = at;
  if (typeof task === 'string') {
    items.book.note('warning', 'tasks that cannot be read', () => ({
      file: json,
      place,
      code: 'SLY_FORMAT_INVALID',
      message: `${task}; the task is left out`,
    }));
    return;
  }
  const found = pictureOfTask(task, { keys: config?.imageKeys ?? [], match, near: json });
  if (found.kind === 'missing') {
    items.book.note('warning', 'tasks whose pictures are not there', () => ({
      file: json,
      place: `${place}.data`,
      code: 'SLY_NOT_FOUND',
      message: `expected the picture ${shown(found.wanted)}, got no file of that name; the labels are left out`,
    }));
    return;
  }
  let picture: LookedAt | undefined;
  let name: string | undefined;
  if (found.kind === 'embedded') {
    try {
      const embedded = writeEmbedded(found.text, { file: json, key: found.key, project: ctx.project });
      picture = embedded.picture;
      const tag = createHash('sha256').update(found.text).digest('hex').slice(0, 8);
      name = `task_${String(task.id ?? tag).replace(/[^\w-]/g, '')}${embedded.extension}`;
    } catch (error) {
      const { code, detail } = toSlyError(error);
      if (code !== 'SLY_IMAGE_UNREADABLE') throw error;
      items.book.note('warning', 'tasks whose pictures cannot be read', () => ({
        file: json,
        place: `${place}.data`,
        code,
        message: `${detail}; the task is left out`,
      }));
      return;
    }
  } else {
    const { file, rivals } = found;
    if (rivals > 0)
      items.book.note('warning', 'tasks whose picture several files could be', () => ({
        file: json,
        place: `${place}.data`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected one picture of that name, got ${rivals + 1} that fit as well; ${file} is taken`,
      }));
    if (described.has(file))
      items.book.note('warning', 'pictures that have several tasks', () => ({
        file: json,
        place,
        code: 'SLY_FORMAT_INVALID',
        message: `expected one task for ${file}, got another; it becomes another item`,
      }));
    described.add(file);
    picture = items.look(file);
  }
  if (picture === undefined) return;
  const { [found.key]: _picture, ...rest } = task.data;
  await items.add(picture, {
    dataset: datasetOf(ctx, picture.file),
    ...labelled(task, picture, at, work),
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(rest).length === 0 ? {} : { meta: rest }),
  });
  ctx.progress('Converting', described.size);
}

/** Labels and tags of the annotations that count. */
function labelled(
  task: Task,
  picture: LookedAt,
  { json, place, config }: TaskPlace,
  { ctx, items, labelsOf }: Work,
): { labels: Label[]; tags: Tag[] } {
  const done = task.annotations.filter((one) => one.was_cancelled !== true);
  const predicted = done.length === 0 && ctx.options.predictions !== 'never';
  const chosen = predicted
    ? task.predictions.slice(0, 1)
    : ctx.options.annotations === 'first'
      ? done.slice(0, 1)
      : done;
  const labels: Label[] = [];
  const tags = new Map<string, Tag>();
  for (const one of chosen) {
    const list = predicted ? 'predictions' : 'annotations';
    const index = (predicted ? task.predictions : task.annotations).indexOf(one);
    const prefix = `${place}.${list}[${index}].`.replace(/^\./, '');
    const problem = (inner: string, message: string) => () => ({
      file: json,
      place: `${prefix}${inner}`,
      code: 'SLY_FORMAT_INVALID' as const,
      message,
    });
    if (!Array.isArray(one.result)) {
      items.fault(
        'annotations without a result',
        problem('result', `expected a list, got ${shown(one.result)}; the annotation is left out`),
      );
      continue;
    }
    const made = labelsOf(one.result as unknown[], {
      size: picture,
      config,
      predicted,
      fault: (kind, inner, message) => items.fault(kind, problem(inner, message)),
      note: (kind, inner, message) => items.book.note('warning', kind, problem(inner, message)),
    });
    labels.push(...made.labels);
    for (const tag of made.tags) tags.set(JSON.stringify([tag.name, tag.value]), tag);
  }
  return { labels, tags: [...tags.values()] };
}
