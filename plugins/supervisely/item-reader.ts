/** One item of a project: its picture, annotation and sidecars -> what is written, with everything that was wrong. */
import { emptyAnnotation, readAnnotation } from '../../src/format/annotation.ts';
import { cropAnnotation } from '../../src/format/crop.ts';
import type { FormatProblem, ImageAnnotation, ProjectMeta, Renames } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { FoundItem } from '../../src/format/project-tree.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import { fitToProject } from './fit-classes.ts';
import { createItemSource, type SourceDeps } from './item-source.ts';
import { readJsonFile } from './json-file.ts';
import { type Picture, readPicture, readPictureAt } from './picture.ts';
import type { ProblemDigest } from './problem-digest.ts';

interface Deps extends SourceDeps {
  meta: ProjectMeta;
  renames: Renames;
}

export type Loaded = { value: unknown } | { error: SlyError };

/** What was on disk; nothing is decided or reported yet, so many can be read at once. */
export interface ReadItem {
  item: FoundItem;
  picture: Picture | undefined;
  ann: Loaded | undefined;
  meta: Loaded | undefined;
  info: Loaded | undefined;
}

export interface ItemReader {
  read(item: FoundItem): Promise<ReadItem>;
  /** Undefined when the item cannot be imported; that is reported. Throws only where the options ask for it. */
  settle(read: ReadItem, dataset: string): Promise<NewItem | undefined>;
}

export function createItemReader(ctx: ImportContext, deps: Deps): ItemReader {
  const { meta, renames, places, digest, blanks, adopted } = deps;
  const { tree, report } = ctx;
  const onBad = ctx.options.bad_annotation ?? 'skip-annotation';
  const source = createItemSource(ctx, { places, digest, blanks, adopted });

  async function load(file: string | undefined): Promise<Loaded | undefined> {
    if (file === undefined) return undefined;
    try {
      return { value: await readJsonFile(tree, file) };
    } catch (error) {
      return { error: toSlyError(error) };
    }
  }

  /** Undefined: bad, and what was wrong is in `problems`. */
  function parse(loaded: Loaded, problems: FormatProblem[]): ImageAnnotation | undefined {
    if ('error' in loaded) {
      const { code, detail } = loaded.error;
      const json = code === 'SLY_FORMAT_JSON' ? code : 'SLY_FORMAT_INVALID';
      problems.push({ severity: 'fatal', place: '', code: json, message: detail });
      return undefined;
    }
    const read = readAnnotation(loaded.value, meta);
    problems.push(...read.problems);
    return read.annotation;
  }

  async function annotate(
    read: ReadItem,
    file: string,
    loaded: Loaded,
  ): Promise<ImageAnnotation | 'bad' | undefined> {
    const problems: FormatProblem[] = [];
    let annotation = parse(loaded, problems);
    if (annotation !== undefined) {
      annotation = await atSizeOf(read.picture, annotation, file, digest);
      const cropped = cropAnnotation(annotation);
      annotation = cropped.annotation;
      for (const { message } of cropped.dropped.slice(0, 1)) {
        const count = cropped.dropped.length;
        await digest.warn('outside', {
          file,
          place: cropped.dropped[0]?.place ?? '',
          code: 'SLY_FORMAT_INVALID',
          message: `${count} labels reached over the image and were cut or left out: ${message}`,
        });
      }
    }
    const lost = problems.filter(({ severity }) => severity !== 'warning');
    for (const { severity, place, code, message, hint } of problems)
      if (severity === 'warning')
        await digest.warn(message, { file, place, code, message, ...(hint === undefined ? {} : { hint }) });
    const [first] = lost;
    if (first !== undefined && onBad === 'stop')
      throw new SlyError('SLY_FORMAT_INVALID', {
        file,
        detail: first.place === '' ? first.message : `${first.place}: ${first.message}`,
        hint: 'Correct the file, or import with bad_annotation: skip-annotation.',
      });
    if (first !== undefined && (annotation === undefined || onBad === 'skip-item')) {
      const { severity: _severity, ...problem } = first;
      await report.failed({ file, ...problem });
      return onBad === 'skip-item' ? 'bad' : undefined;
    }
    await digest.lost(file, lost);
    await report.used(file, 'annotation');
    return annotation;
  }

  return {
    async read(item) {
      const blob = places.get(item);
      const looked =
        blob !== undefined
          ? readPictureAt(tree.locate(blob.file), blob.range)
          : item.image === undefined
            ? undefined
            : readPicture(tree, item.image);
      const [picture, ann, itemMeta, info] = await Promise.all([
        looked?.catch(() => undefined),
        load(item.ann),
        load(item.meta),
        load(item.info),
      ]);
      return { item, picture, ann, meta: itemMeta, info };
    },

    async settle(read, dataset) {
      const { item, ann } = read;
      const bytes = await source.of(read);
      if (bytes === undefined) {
        if (item.image !== undefined && item.ann !== undefined)
          await report.skipped({
            file: item.ann,
            code: 'SLY_IMAGE_UNREADABLE',
            message: `its picture ${item.image} could not be imported`,
          });
        return undefined;
      }
      let annotation: ImageAnnotation | undefined;
      if (item.ann !== undefined && ann !== undefined) {
        const result = await annotate(read, item.ann, ann);
        if (result === 'bad') {
          const file = item.image;
          const message = `its annotation ${item.ann} has errors`;
          if (file !== undefined) await report.skipped({ file, code: 'SLY_FORMAT_INVALID', message });
          return undefined;
        }
        annotation = result;
      } else {
        const file = item.image === undefined ? {} : { file: item.image };
        const message = 'there is no annotation for this item; it has no labels';
        await digest.warn('no annotation', { ...file, code: 'SLY_FORMAT_INVALID', message });
      }
      const size = annotation?.size ?? read.picture?.size ?? sizeOf(bytes);
      const fitted = annotation && fitToProject(annotation, meta, renames, ctx.project);
      const written = fitted ?? (size && emptyAnnotation(size));
      // What the server knew is there even when nobody wrote the metadata into a file of its own.
      const itemMeta = { ...metaIn(read.info), ...(await sidecar(ctx, item, read.meta)) };
      await settleInfo(ctx, item, read.info);
      return {
        dataset,
        name: item.name,
        ...bytes,
        ...(written === undefined ? {} : { annotation: written }),
        ...(Object.keys(itemMeta).length === 0 ? {} : { meta: itemMeta }),
      };
    },
  };
}

/** Labels belong to the picture that is there; its size is the one that counts. */
async function atSizeOf(
  picture: Picture | undefined,
  annotation: ImageAnnotation,
  file: string,
  digest: ProblemDigest,
): Promise<ImageAnnotation> {
  const size = picture?.size;
  const { width, height } = annotation.size;
  if (size === undefined || (size.width === width && size.height === height)) return annotation;
  const turned = size.width === height && size.height === width;
  await digest.warn(turned ? 'turned' : 'other size', {
    file,
    place: 'size',
    code: 'SLY_FORMAT_INVALID',
    message: `expected the size of the picture, ${size.width} x ${size.height}, got ${width} x ${height}`,
    hint: turned
      ? 'The picture seems to be turned by its EXIF orientation; the labels were left as they are.'
      : 'Was the picture scaled after it was labelled?',
  });
  return turned ? annotation : { ...annotation, size: { ...annotation.size, ...size } };
}

async function sidecar(
  ctx: ImportContext,
  item: FoundItem,
  loaded: Loaded | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (item.meta === undefined || loaded === undefined) return undefined;
  if ('value' in loaded && isRecord(loaded.value)) {
    await ctx.report.used(item.meta, 'image metadata');
    return loaded.value;
  }
  await ctx.report.failed({
    file: item.meta,
    code: 'error' in loaded ? loaded.error.code : 'SLY_FORMAT_INVALID',
    message: 'error' in loaded ? loaded.error.detail : 'expected an object of metadata',
  });
  return undefined;
}

async function settleInfo(ctx: ImportContext, item: FoundItem, loaded: Loaded | undefined): Promise<void> {
  if (item.info === undefined || loaded === undefined) return;
  if ('value' in loaded) return ctx.report.used(item.info, 'image info');
  const { code, detail: message } = loaded.error;
  await ctx.report.failed({ file: item.info, code, message });
}

function metaIn(loaded: Loaded | undefined): Record<string, unknown> {
  const meta =
    loaded !== undefined && 'value' in loaded && isRecord(loaded.value) ? loaded.value.meta : undefined;
  return isRecord(meta) ? meta : {};
}

function sizeOf({ width, height }: Partial<NewItem>): { width: number; height: number } | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}
