/**
 * One pass over a file: a short record for each picture and the place of each annotation in the file. Annotations
 * may stand before the pictures, and those of one picture all over the file; they are read again picture by picture.
 */
import { isRecord } from '../../src/format/problem.ts';
import { scanJson } from '../../src/lib/json-array-stream.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';

export interface ImageRecord {
  id: string;
  name: string | undefined;
  /** As the file says: train, val, test. */
  set: string | undefined;
  width: unknown;
  height: unknown;
}

export interface AnnotationPlace {
  key: string;
  offset: number;
  bytes: number;
}

export interface CocoTextIndex {
  images: ImageRecord[];
  /** By the id of the picture, in the order of the file. */
  annotations: Map<string, AnnotationPlace[]>;
}

/** Throws SLY_FORMAT_JSON with line and column. */
export async function indexFile(
  ctx: ImportContext,
  items: Pick<LabelledItems, 'book'>,
  file: string,
): Promise<CocoTextIndex> {
  const images: ImageRecord[] = [];
  const annotations = new Map<string, AnnotationPlace[]>();
  const odd = (list: string, key: string, expected: string): void =>
    items.book.note('warning', `entries of ${list} that cannot be read`, () => ({
      file,
      place: `${list}.${key}`,
      code: 'SLY_FORMAT_INVALID',
      message: `expected ${expected}, got something else`,
    }));
  let done = 0;
  const total = ctx.tree.files.find(({ path }) => path === file)?.size;
  const keyAt = ({ index, key }: { index: number; key?: string }): string => key ?? String(index);
  await scanJson(
    ctx.tree.locate(file),
    {
      imgs(value, at) {
        if (!isRecord(value)) return odd('imgs', keyAt(at), 'an object');
        images.push({
          id: idOf(value.id) ?? keyAt(at),
          name: typeof value.file_name === 'string' ? value.file_name : undefined,
          set: typeof value.set === 'string' ? value.set : undefined,
          width: value.width,
          height: value.height,
        });
      },
      anns(value, at) {
        const image = isRecord(value) ? idOf(value.image_id) : undefined;
        if (image === undefined) return odd('anns', keyAt(at), 'an object with the "image_id" of a picture');
        const place = { key: keyAt(at), offset: at.offset, bytes: at.bytes };
        const places = annotations.get(image);
        if (places === undefined) annotations.set(image, [place]);
        else places.push(place);
      },
    },
    {
      signal: ctx.signal,
      members: ['imgs', 'anns'],
      shownAs: file,
      // A small file wants no large buffer.
      chunkBytes: Math.min(Math.max((total ?? 0) + 1, 1 << 10), 1 << 20),
      onBytes(bytes) {
        done += bytes;
        ctx.progress('reading', done, total);
      },
    },
  );
  return { images, annotations };
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}
