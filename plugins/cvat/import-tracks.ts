/** The tracks of a video on those of its frames that are there as pictures. */
import type { FrameRange } from './frames.ts';
import { createFramePictures, frameOfNumber } from './frames.ts';
import type { Work } from './import.ts';
import type { ShapeWithFacts } from './label-maker.ts';
import { entryAt, type Track } from './tracks.ts';

/** Number of frames that were found. */
export async function importTracks(
  tracks: readonly Track[],
  { file: xml, range }: { file: string; range: FrameRange },
  { ctx, items, maker, described, datasetOf }: Work,
): Promise<number> {
  const pictures = createFramePictures(ctx.tree, xml);
  if (pictures.length === 0)
    items.book.note('warning', 'videos without frames', () => ({
      file: xml,
      code: 'SLY_NOT_FOUND',
      message: `expected the frames as pictures (images/frame_000000.png), got none; ${tracks.length} tracks are left out`,
      hint: 'Export from CVAT with "Save images", or extract the frames.',
    }));
  const frameOf = frameOfNumber(pictures, range);
  for (const [i, { file, number }] of pictures.entries()) {
    if (described.has(file)) continue;
    ctx.progress('Converting', i, pictures.length);
    const picture = items.look(file);
    if (picture === undefined) continue;
    described.add(file);
    const frame = frameOf(number);
    const shapes: ShapeWithFacts[] = [];
    for (const track of tracks) {
      const entry = entryAt(track, frame);
      if (entry === undefined) continue;
      const { shape, attributes, occluded, zOrder } = entry;
      shapes.push({
        label: track.label,
        shape,
        // What is said of the track, then of the shape: the later one counts.
        attributes: [...new Map(attributes)],
        occluded,
        zOrder,
        group: track.group,
        line: track.line,
        ...(track.id === undefined ? {} : { trackId: track.id }),
      });
    }
    const labels = maker.labels(shapes, picture, (kind, line, message) =>
      items.fault(kind, () => ({
        file: xml,
        place: `line ${line}, frame ${frame}`,
        code: 'SLY_FORMAT_INVALID',
        message,
      })),
    );
    await items.add(picture, { dataset: datasetOf(file, undefined), labels });
  }
  return pictures.length;
}
