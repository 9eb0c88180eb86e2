/** The file a dry run leaves for the page: a few items with thumbnails and what would be drawn over them. */
import { writeFile } from 'node:fs/promises';
import type { PreviewFile } from '../../../protocol/preview.ts';
import { drawable, type Sample } from './samples.ts';
import { makeThumbnails } from './thumbnails.ts';

/** Annotations of later samples are left out once the file has this much of them. */
const MOST_BYTES = 1 << 20;

export async function writePreview(
  file: string,
  samples: readonly Sample[],
  signal: AbortSignal,
): Promise<void> {
  const pictures = await makeThumbnails(
    samples.map(({ file: path, range }) =>
      path === undefined ? undefined : { file: path, ...(range !== undefined && { range }) },
    ),
    signal,
  );
  let bytes = 0;
  const items = samples.map(
    ({ dataset, name, kind, link, width, height, ann }, at): PreviewFile['items'][number] => {
      const picture = pictures[at];
      const drawn = drawable(ann);
      bytes += drawn === undefined ? 0 : JSON.stringify(drawn).length;
      return {
        dataset,
        name,
        ...(kind !== undefined && { kind }),
        width: width ?? picture?.width ?? 0,
        height: height ?? picture?.height ?? 0,
        ...(picture !== undefined && { webp: picture.webp }),
        ...(link !== undefined && { link }),
        ...(drawn !== undefined && bytes <= MOST_BYTES && { ann: drawn }),
      };
    },
  );
  await writeFile(file, JSON.stringify({ items } satisfies PreviewFile));
}
