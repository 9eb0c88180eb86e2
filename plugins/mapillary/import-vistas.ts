/** Every picture with its labels. Masks are decoded in threads, a few ahead of the project. */
import { createHash } from 'node:crypto';
import type { Label } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import type { VistasClass } from './config.ts';
import type { InstanceJob, InstanceResult } from './instance-job.ts';
import { labelPath, type Picture } from './layout.ts';
import { openVistas, type Vistas } from './open-vistas.ts';
import { type PolygonFile, readPolygonFile } from './polygon-file.ts';

interface Ready {
  picture: Picture;
  looked: LookedAt;
  /** Undefined: it has none. */
  labels: string | undefined;
  read?: InstanceResult | PolygonFile | SlyError;
}

const MAX_JSON_BYTES = 64 << 20;

export async function importVistas(ctx: ImportContext): Promise<void> {
  const items = createLabelledItems(ctx);
  const vistas = await openVistas(ctx, items.book);
  if (vistas.config !== undefined) await ctx.report.used(vistas.config, 'classes');
  const shape = vistas.source === 'polygons' ? 'polygon' : 'bitmap';
  for (const one of vistas.classes) define(ctx, one, shape);
  const workers = createWorkers<InstanceJob, InstanceResult>(
    siblingModule(import.meta.url, 'instance-worker'),
    { count: 2 },
  );
  const used = new Set<string>();
  try {
    let done = 0;
    const work = (ready: Ready): Promise<Ready> => readLabels(ctx, vistas, workers, ready);
    for await (const ready of mapInOrder(lookAt(vistas, items), work, 2 * workers.count + 1)) {
      if (ready.labels !== undefined) used.add(ready.labels);
      await addItem(ctx, items, vistas, ready);
      ctx.progress('Importing pictures', ++done, vistas.pictures.length);
    }
  } finally {
    await workers.close();
  }
  tellOrphans(ctx, items, vistas, used);
  await items.finish();
}

function* lookAt(vistas: Vistas, items: LabelledItems): Generator<Ready> {
  for (const picture of vistas.pictures) {
    const looked = items.look(picture.file);
    if (looked === undefined) continue;
    yield { picture, looked, labels: vistas.find(labelPath(picture, vistas.version, vistas.source)) };
  }
}

async function readLabels(
  { tree, options }: ImportContext,
  { source, classes }: Vistas,
  workers: Workers<InstanceJob, InstanceResult>,
  ready: Ready,
): Promise<Ready> {
  const { labels, looked } = ready;
  if (labels === undefined) return ready;
  const size = { width: looked.width, height: looked.height };
  try {
    if (source === 'polygons')
      return { ...ready, read: readPolygonFile(await tree.text(labels, MAX_JSON_BYTES), size) };
    const job: InstanceJob = {
      file: tree.locate(labels),
      source,
      size,
      objects: options.objects === 'instance' ? 'instance' : 'parts',
      classes: classes.length,
    };
    return { ...ready, read: await workers.run(job) };
  } catch (error) {
    const known = toSlyError(error);
    if (known.code === 'SLY_INTERNAL') throw error;
    return { ...ready, read: known };
  }
}

async function addItem(
  ctx: ImportContext,
  items: LabelledItems,
  vistas: Vistas,
  { picture, looked, labels: file, read }: Ready,
): Promise<void> {
  let labels: Label[] = [];
  if (file === undefined)
    items.book.note('warning', `pictures without ${vistas.source}`, () => ({
      file: picture.file,
      code: 'SLY_NOT_FOUND',
      message: `expected ${labelPath(picture, vistas.version, vistas.source)} for this picture, got none; it is imported without labels`,
    }));
  else if (read instanceof SlyError) {
    const problem = { file, code: read.code, message: read.detail };
    items.book.note('failed', 'labels that cannot be read', () => problem);
    if (ctx.options.bad_annotation !== 'skip-annotation')
      items.fault('labels that cannot be read', () => problem);
  } else if (read !== undefined) {
    await ctx.report.used(file, vistas.source);
    labels =
      'objects' in read
        ? polygonLabels(ctx, items, vistas, file, looked, read)
        : maskLabels(ctx, items, vistas, file, looked, read);
  }
  await items.add(looked, { dataset: datasetOf(picture, ctx.options.datasets), labels });
}

function datasetOf({ file, before }: Picture, datasets: unknown): string {
  if (datasets === 'one') return ONLY_DATASET;
  if (datasets === 'folder') return folderDataset(file);
  return before.split('/').at(-2) ?? ONLY_DATASET;
}

function define(
  { project }: ImportContext,
  { title, color, name }: VistasClass,
  shape: 'bitmap' | 'polygon',
): string {
  return project.defineClass({
    title,
    shape,
    ...(color === undefined ? {} : { color }),
    ...(name === title ? {} : { description: name }),
  });
}

function maskLabels(
  ctx: ImportContext,
  items: LabelledItems,
  { classes, source }: Vistas,
  file: string,
  looked: LookedAt,
  { labels, unknown, noisy, scaled, turned }: InstanceResult,
): Label[] {
  tellSize(items, file, looked, scaled, turned);
  if (unknown.length > 0)
    items.fault('masks with numbers no class has', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected classes 0 to ${classes.length - 1}, got ${unknown.map(({ index, pixels }) => `${index} (${pixels} pixels)`).join(', ')}; they are no label`,
      hint: 'The configuration may be of another version.',
    }));
  if (noisy.length > 0)
    items.book.note('warning', 'masks of too many parts', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected connected parts, got noise in ${noisy.join(', ')}; kept as one bitmap each`,
    }));
  const counts = new Map<number, number>();
  for (const { value } of labels) counts.set(value, (counts.get(value) ?? 0) + 1);
  return labels.flatMap(({ index, value, bitmap }): Label[] => {
    const one = classes[index];
    if (one === undefined) return [];
    const several = source === 'instances' && one.instances && (counts.get(value) ?? 0) > 1;
    return [
      {
        classTitle: define(ctx, one, 'bitmap'),
        geometryType: 'bitmap',
        shape: 'bitmap',
        tags: [],
        bitmap,
        ...(several ? { instance: keyOf(file, value) } : {}),
      },
    ];
  });
}

function polygonLabels(
  ctx: ImportContext,
  items: LabelledItems,
  { classes }: Vistas,
  file: string,
  looked: LookedAt,
  { objects, faults, scaled }: PolygonFile,
): Label[] {
  tellSize(items, file, looked, scaled);
  for (const { place, message } of faults)
    items.fault('polygons that cannot be read', () => ({ file, place, code: 'SLY_FORMAT_INVALID', message }));
  return objects.flatMap(({ name, pieces }, i): Label[] => {
    const known = classes.find((one) => one.name === name);
    if (known === undefined && classes.length > 0)
      items.book.note('warning', 'polygons of classes the configuration does not have', () => ({
        file,
        place: `objects[${i}].label`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected a class of the configuration, got ${JSON.stringify(name.slice(0, 80))}; it is a class of its own`,
      }));
    if (pieces.length === 0)
      items.book.note('warning', 'polygons outside of their picture', () => ({
        file,
        place: `objects[${i}].polygon`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected a polygon inside ${looked.width} x ${looked.height}, got one outside; it was left out`,
      }));
    const title = define(ctx, known ?? { title: name, name, instances: true }, 'polygon');
    return pieces.map((points) => ({
      classTitle: title,
      geometryType: 'polygon',
      shape: 'polygon',
      tags: [],
      points,
      ...(pieces.length > 1 ? { instance: keyOf(file, i) } : {}),
    }));
  });
}

function tellSize(
  items: LabelledItems,
  file: string,
  { width, height }: LookedAt,
  scaled: { width: number; height: number } | undefined,
  turned = false,
): void {
  if (scaled === undefined) return;
  const message = `expected the size of the picture, ${width} x ${height}, got ${scaled.width} x ${scaled.height}`;
  const code = 'SLY_FORMAT_INVALID';
  if (turned)
    items.fault('masks that are turned', () => ({ file, code, message: `${message}: it is turned` }));
  else
    items.book.note('warning', 'labels of another size than their picture', () => ({
      file,
      code,
      message: `${message}; they were scaled`,
    }));
}

/** Labels of the kind that is imported, in its folders, that belong to no picture. */
function tellOrphans(
  { tree }: ImportContext,
  { book }: LabelledItems,
  { version, source }: Vistas,
  used: ReadonlySet<string>,
): void {
  const ending = source === 'polygons' ? 'json' : 'png';
  const folder = version === 'v1' ? `(?:^|/)${source}` : `(?:^|/)${version.replace('.', '\\.')}/${source}`;
  const pattern = new RegExp(`${folder}/[^/]+\\.${ending}$`, 'i');
  for (const { path: file } of tree.files) {
    if (!pattern.test(file) || used.has(file)) continue;
    if (version === 'v1' && /\/v\d\.\d\/[^/]+\/[^/]+$/.test(`/${file}`)) continue;
    book.note('skipped', 'labels without a picture', () => ({
      file,
      code: 'SLY_NOT_FOUND',
      message: 'expected a picture of this name in images, got none that can be read',
    }));
  }
}

const keyOf = (file: string, object: number): string =>
  createHash('sha256').update(`${file} ${object}`).digest('hex').slice(0, 32);
