/**
 * TFRecords of the TF Object Detection API -> items. Record by record: nothing is held but the one at hand, and of a
 * picture in an uncompressed file only its place is passed on. A damaged file loses what is behind the damage.
 */
import { createHash } from 'node:crypto';
import type { Tag } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, type ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses, type ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames, type TagNames } from '../../src/plugin-kit/tag-names.ts';
import { type ClassNames, createClassNames } from './class-names.ts';
import { type Crc32c, createCrc32c } from './crc32c.ts';
import { type Example, readExample } from './example.ts';
import { IMAGE } from './features.ts';
import { type LabelMapItem, MAX_LABEL_MAP_BYTES, readLabelMap } from './label-map.ts';
import { readObjects } from './read-objects.ts';
import { recordLabels } from './record-labels.ts';
import { recordPicture } from './record-picture.ts';
import { readRecords, type TfRecord } from './record-reader.ts';
import { type DatasetsBy, datasetsOf, isLabelMapName, nearestLabelMap, recordSetOf } from './record-sets.ts';

interface Running {
  ctx: ImportContext;
  crc: Crc32c;
  items: LabelledItems;
  classes: ShapeClasses;
  tags: TagNames;
  match: ImageMatcher;
  /** Features nobody reads, said once each. */
  unread: Set<string>;
}

interface RecordFile {
  path: string;
  dataset: string;
  names: ClassNames;
}

export async function importTfrecord(ctx: ImportContext): Promise<void> {
  const { tree, report } = ctx;
  const files = tree.files.filter(({ path }) => recordSetOf(path) !== undefined);
  const maps = tree.files.map(({ path }) => path).filter(isLabelMapName);
  const paths = files.map(({ path }) => path);
  const datasets = datasetsOf(paths, maps, ctx.options.datasets as DatasetsBy);
  const items = createLabelledItems(ctx);
  const running: Running = {
    ctx,
    crc: await createCrc32c(),
    items,
    classes: createShapeClasses(ctx.project),
    tags: createTagNames(ctx.project),
    match: createImageMatcher(tree),
    unread: new Set(),
  };
  const namesOf = await readLabelMaps(running, paths, maps);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { path, size } of files) {
    const progress = (bytes: number): void =>
      ctx.progress('Reading records', done + Math.min(bytes, size), total);
    const file = { path, dataset: datasets.get(path) ?? 'ds0', names: namesOf(path) };
    try {
      const records = await importFile(running, file, progress);
      if (records > 0) await report.used(path, `${records} ${records === 1 ? 'record' : 'records'}`);
      else
        await report.skipped({
          file: path,
          code: 'SLY_FORMAT_INVALID',
          message: 'expected records, got none: the file is empty',
        });
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!(error instanceof FileProblem)) throw error;
      const { code, detail, hint } = error.why;
      await items.book.flush();
      await report.failed({ file: path, code, message: detail, ...(hint === undefined ? {} : { hint }) });
    }
    done += size;
  }
  await items.addRest('a record');
  await items.finish();
}

/** The file cannot be read on; told apart from faults that end the import. */
class FileProblem extends Error {
  readonly why: SlyError;
  constructor(why: SlyError) {
    super(why.message);
    this.why = why;
  }
}

/** Number of records. */
async function importFile(
  running: Running,
  file: RecordFile,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const { ctx, crc } = running;
  const key = createHash('sha256').update(file.path).digest('hex').slice(0, 20);
  let records = 0;
  let instances = 0;
  // The same for the same source, so that a repeated run gives the same project.
  const instance = (): string => key + (instances++).toString(16).padStart(12, '0');
  const reading = readRecords(ctx.tree, file.path, { crc, signal: ctx.signal, onBytes });
  for (;;) {
    const next = await reading.next().catch((error: unknown) => {
      throw error instanceof SlyError ? new FileProblem(error) : error;
    });
    if (next.done === true) return records;
    records++;
    await importRecord(running, file, { record: next.value, instance });
  }
}

async function importRecord(
  running: Running,
  { path: file, dataset, names }: RecordFile,
  { record, instance }: { record: TfRecord; instance: () => string },
): Promise<void> {
  const { ctx, items, classes, tags } = running;
  const place = `record ${record.index} at byte ${record.offset}`;
  let example: Example;
  let read: ReturnType<typeof readObjects>;
  const faults: { kind: string; place?: string; message: string }[] = [];
  try {
    example = readExample(record.payload);
    read = readObjects(example, (kind, describe) => void faults.push({ kind, ...describe() }));
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    const { code, detail } = toSlyError(error);
    const message = `expected a tf.train.Example: ${detail}`;
    items.book.note('failed', 'records that cannot be read', () => ({ file, place, code, message }));
    return;
  }
  noteUnread(running, file, place, read.unread);
  const fallback = `${dataset.replaceAll('/', '_')}_${String(record.index).padStart(6, '0')}`;
  const { match, items: shown } = running;
  const picture = recordPicture(record, example, {
    file,
    place,
    fallback,
    match,
    items: shown,
    project: ctx.project,
  });
  if (picture === undefined) return;
  // Only now: a fault belongs to the item that is added next.
  for (const { kind, place: key = '', message } of faults)
    items.fault(kind, () => ({ file, place: `${place}, ${key}`, code: 'SLY_FORMAT_INVALID', message }));
  noteSize(running, example, picture, { file, place });
  const { payload } = record;
  const labels = recordLabels(read.objects, picture, {
    file,
    place,
    payload,
    names,
    classes,
    tags,
    items,
    instance,
  });
  const sourceId = example.texts(IMAGE.sourceId)[0];
  const filename = example.texts(IMAGE.filename)[0];
  await items.add(picture, {
    dataset,
    name: picture.name,
    labels,
    tags: pictureTags(example, names, tags),
    ...(sourceId === undefined || sourceId === '' || sourceId === filename
      ? {}
      : { meta: { source_id: sourceId.slice(0, 4096) } }),
  });
}

/** Classes of the whole picture. */
function pictureTags(example: Example, names: ClassNames, tags: TagNames): Tag[] {
  const texts = example.texts(IMAGE.classText);
  const ids = example.numbers(IMAGE.classLabel);
  const titles = new Set<string>();
  for (let i = 0; i < Math.max(texts.length, ids.length); i++) {
    const text = texts[i]?.trim() ?? '';
    // A text without anything in it is how "no class" is written.
    if (text === '' && (ids[i] === undefined || texts.length > 0)) continue;
    titles.add(names.of(text, ids[i]).name);
  }
  return [...titles].map((title) => tags.none(title, 'imagesOnly'));
}

function noteUnread({ items, unread }: Running, file: string, place: string, keys: readonly string[]): void {
  for (const key of keys) {
    if (unread.has(key) || unread.size >= 100) continue;
    unread.add(key);
    items.book.note('warning', 'features that are not read', () => ({
      file,
      place,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one value an object in ${key.slice(0, 200)}, got something else; this feature is not imported`,
    }));
  }
}

function noteSize(
  { items }: Running,
  example: Example,
  { width, height }: { width: number; height: number },
  at: { file: string; place: string },
): void {
  const [w] = example.numbers(IMAGE.width);
  const [h] = example.numbers(IMAGE.height);
  if ((w === undefined || w === width) && (h === undefined || h === height)) return;
  items.book.note('warning', 'pictures of another size than their record says', () => ({
    ...at,
    code: 'SLY_FORMAT_INVALID',
    message: `expected a picture of ${w ?? '?'} x ${h ?? '?'}, got ${width} x ${height}; boxes are shares and stay in place`,
  }));
}

async function readLabelMaps(
  { ctx, classes }: Running,
  files: readonly string[],
  maps: readonly string[],
): Promise<(file: string) => ClassNames> {
  const read = new Map<string, ClassNames>();
  for (const map of maps) {
    let items: LabelMapItem[] = [];
    try {
      items = readLabelMap(await ctx.tree.text(map, MAX_LABEL_MAP_BYTES));
      if (!files.some((file) => nearestLabelMap(file, maps) === map)) {
        const message = 'no record file is nearer to this label map than to another';
        await ctx.report.skipped({ file: map, code: 'SLY_FILE_UNUSED', message });
        continue;
      }
      await ctx.report.used(map, `label map of ${items.length} classes`);
    } catch (error) {
      const { code, detail: message, hint } = toSlyError(error);
      if (code !== 'SLY_FORMAT_INVALID') throw error;
      await ctx.report.failed({ file: map, code, message, ...(hint === undefined ? {} : { hint }) });
    }
    for (const { title } of items) if (title !== '') classes.titleOf(title.slice(0, 200), 'rectangle');
    read.set(map, createClassNames(items));
  }
  const none = createClassNames([]);
  return (file) => read.get(nearestLabelMap(file, maps) ?? '') ?? none;
}
