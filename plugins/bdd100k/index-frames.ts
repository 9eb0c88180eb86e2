/**
 * One pass over a file: where each frame lies and which picture it means. A file is a list of frames, an object with
 * a list `frames` of such, or one picture with `frames` that have `objects` (2018).
 */
import { isRecord } from '../../src/format/problem.ts';
import { type JsonPlace, scanJson } from '../../src/lib/json-array-stream.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';

export interface FramePlace {
  file: string;
  offset: number;
  bytes: number;
  /** `frames[3]`, `[3]`. */
  path: string;
  /** Of the picture, where they stand outside of the frame. */
  attributes?: Record<string, unknown>;
}

export interface NamedFrame {
  name: string;
  place: FramePlace;
}

/** Throws SLY_FORMAT_JSON with line and column; `onBytes` hears how much was read. */
export async function indexFrames(
  ctx: ImportContext,
  items: Pick<LabelledItems, 'book'>,
  { path: file, size }: SourceFileEntry,
  onBytes: (bytes: number) => void,
): Promise<NamedFrame[]> {
  const frames: NamedFrame[] = [];
  const nameless: FramePlace[] = [];
  let rootName: string | undefined;
  let attributes: Record<string, unknown> | undefined;

  const frame =
    (prefix: string) =>
    (value: unknown, { index, offset, bytes }: JsonPlace): void => {
      const place: FramePlace = { file, offset, bytes, path: `${prefix}[${index}]` };
      if (!isRecord(value)) odd(place, 'an object');
      else if (typeof value.name === 'string' && value.name !== '') frames.push({ name: value.name, place });
      else nameless.push(place);
    };
  function odd({ path }: FramePlace, expected: string): void {
    items.book.note('warning', 'frames that cannot be read', () => ({
      file,
      place: path,
      code: 'SLY_FORMAT_INVALID',
      message: `expected ${expected}, got something else`,
    }));
  }

  await scanJson(
    ctx.tree.locate(file),
    {
      frames: frame('frames'),
      name(value) {
        if (typeof value === 'string' && value !== '') rootName = value;
      },
      attributes(value) {
        if (isRecord(value)) attributes = value;
      },
    },
    {
      signal: ctx.signal,
      onElement: frame(''),
      shownAs: file,
      onBytes,
      // A hundred thousand small files want no large buffer each.
      chunkBytes: Math.min(Math.max(size + 1, 1 << 10), 1 << 20),
    },
  );
  for (const [i, place] of nameless.entries()) {
    // The others are of a video, of which this is one picture.
    if (rootName === undefined || i > 0) odd(place, 'a frame with the "name" of its picture');
    else frames.push({ name: rootName, place: attributes === undefined ? place : { ...place, attributes } });
  }
  return frames;
}
