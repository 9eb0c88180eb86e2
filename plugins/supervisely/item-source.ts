/**
 * Where the bytes of an item are: in a blob, at a link, in a picture, on the server it was downloaded from, or nowhere;
 * then it gets a black picture where that is wanted.
 */
import type { FoundItem } from '../../src/format/project-tree.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import type { BlankPictures } from './blank-pictures.ts';
import type { BlobPlace } from './blobs.ts';
import { linkIn, sizeIn, sizeOfAnnotation, storedAt } from './image-info.ts';
import type { ReadItem } from './item-reader.ts';
import type { ProblemDigest } from './problem-digest.ts';

export interface SourceDeps {
  places: ReadonlyMap<FoundItem, BlobPlace>;
  digest: ProblemDigest;
  blanks: BlankPictures;
  /** Items whose picture lies outside of their dataset: a link of their own goes before it. */
  adopted: ReadonlySet<FoundItem>;
}

export interface ItemSource {
  /** Undefined when there is nothing; that is reported. */
  of(read: ReadItem): Promise<Partial<NewItem> | undefined>;
}

export function createItemSource(ctx: ImportContext, deps: SourceDeps): ItemSource {
  const { tree, report } = ctx;
  const { places, digest, blanks, adopted } = deps;
  const sizes = new Map(tree.files.map(({ path, size }) => [path, size]));

  async function of({ item, picture, ann, info }: ReadItem): Promise<Partial<NewItem> | undefined> {
    const blob = places.get(item);
    if (blob !== undefined) {
      if (picture !== undefined) return { file: blob.file, range: blob.range, ...picture.size };
      await report.failed({
        file: blob.file,
        place: item.name,
        code: 'SLY_IMAGE_UNREADABLE',
        message: `expected a picture at bytes ${blob.range.join(' to ')}, got other bytes`,
      });
      return undefined;
    }
    const { image } = item;
    const known = info !== undefined && 'value' in info ? info.value : undefined;
    const link = linkIn(known);
    const ownPicture = image !== undefined && !adopted.has(item) && sizes.get(image) !== 0;
    if (link !== undefined && !ownPicture) return { link, ...sizeIn(known) };
    if (image !== undefined) {
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
    const stored = storedAt(known);
    if (stored !== undefined) return { link: stored, ...sizeIn(known) };
    const size = ann !== undefined && 'value' in ann ? sizeOfAnnotation(ann.value) : undefined;
    const wanted = ctx.options.missing_pictures === 'blank';
    const result = wanted && size !== undefined ? blanks.of(size) : undefined;
    if (result !== undefined) {
      await digest.warn('blank', {
        file: item.ann ?? item.name,
        code: 'SLY_NOT_FOUND',
        message:
          'there is no picture for this annotation, and no link to one; it got a black one of its size',
      });
      return { result, mime: 'image/png', ...size };
    }
    await report.skipped({
      file: item.ann ?? item.info ?? item.name,
      code: 'SLY_FORMAT_INVALID',
      message: `there is no picture ${item.name}, and no link to one`,
      ...(wanted ? {} : { hint: 'With missing_pictures: blank it gets a black picture of its size.' }),
    });
    return undefined;
  }

  return { of };
}
