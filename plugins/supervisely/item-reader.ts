/** One item of a project: its picture, annotation and sidecars -> what is written, with everything that was wrong. */
import { emptyAnnotation, readAnnotation } from '../../src/format/annotation.ts';
import { cropAnnotation } from '../../src/format/crop.ts';
import type { FormatProblem, ImageAnnotation, ProjectMeta, Renames } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { FoundItem } from '../../src/format/project-tree.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import type { BlobPlace } from './blobs.ts';
import { fitToProject } from './fit-classes.ts';
import { readJsonFile } from './json-file.ts';
import { type Picture, readPicture } from './picture.ts';
import type { ProblemDigest } from './problem-digest.ts';

interface Deps {
  meta: ProjectMeta;
  renames: Renames;
  places: ReadonlyMap<FoundItem, BlobPlace>;
  digest: ProblemDigest;
}

type Loaded = { value: unknown } | { error: SlyError };

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

export function createItemReader(ctx: ImportContext, { meta, renames, places, digest }: Deps): ItemReader {
  const { tree, report } = ctx;
  const onBad = ctx.options.bad_annotation ?? 'skip-annotation';
  const sizes = new Map(tree.files.map(({ path, size }) => [path, size]));

  async function load(file: string | undefined): Promise<Loaded | undefined> {
    if (file === undefined) return undefined;
    try {
      return { value: await readJsonFile(tree, file) };
    } catch (error) {
      return { error: toSlyError(error) };
    }
  }

  /** The bytes of the item, or its link, or undefined when there is neither; that is reported. */
  async function source({ item, picture, info }: ReadItem): Promise<Partial<NewItem> | undefined> {
    const blob = places.get(item);
    if (blob !== undefined) return { file: blob.file, range: blob.range };
    const { image } = item;
    const link = info !== undefined && 'value' in info ? linkIn(info.value) : undefined;
    if (image !== undefined && (sizes.get(image) !== 0 || link === undefined)) {
      if (picture !== undefined) return { file: image, ...picture.size };
      await report.failed({
        file: image,
        code: 'SLY_IMAGE_UNREADABLE',
        message:
          sizes.get(image) === 0
            ? 'expected a picture, got an empty file'
            : 'expected a picture, got other bytes',
        hint: 'Is it JPEG, PNG, BMP, WebP, TIFF, HEIC, AVIF or NRRD, and copied completely?',
      });
      return undefined;
    }
    if (link !== undefined && info !== undefined && 'value' in info) return { link, ...sizeIn(info.value) };
    await report.skipped({
      file: item.ann ?? item.info ?? item.name,
      code: 'SLY_FORMAT_INVALID',
      message: `there is no picture ${item.name}, and no link to one`,
    });
    return undefined;
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
      const [picture, ann, itemMeta, info] = await Promise.all([
        item.image === undefined ? undefined : readPicture(tree, item.image).catch(() => undefined),
        load(item.ann),
        load(item.meta),
        // With a picture there it only repeats what the picture says.
        item.image === undefined || sizes.get(item.image) === 0 ? load(item.info) : undefined,
      ]);
      return { item, picture, ann, meta: itemMeta, info };
    },

    async settle(read, dataset) {
      const { item, ann } = read;
      const bytes = await source(read);
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
      const itemMeta = await sidecar(ctx, item, read.meta);
      if (item.info !== undefined) await report.used(item.info, 'image info');
      return {
        dataset,
        name: item.name,
        ...bytes,
        ...(written === undefined ? {} : { annotation: written }),
        ...(itemMeta === undefined ? {} : { meta: itemMeta }),
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

function sizeOf({ width, height }: Partial<NewItem>): { width: number; height: number } | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}

function sizeIn(info: unknown): { width?: number; height?: number } {
  if (!isRecord(info)) return {};
  const { width, height } = info;
  const whole = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
  return whole(width) && whole(height) ? { width, height } : {};
}

function linkIn(info: unknown): string | undefined {
  const link = isRecord(info) ? info.link : undefined;
  return typeof link === 'string' && /^[a-z][a-z0-9+.-]*:\/\/./i.test(link) ? link : undefined;
}
