/** The picture of a record: inside of it, by its place in the file or unpacked; else a file of that name beside it. */
import { writeFileSync } from 'node:fs';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { nameMismatch, probeImageBytes } from '../../src/plugin-kit/image-probe.ts';
import type { LabelledItems, LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { Example } from './example.ts';
import { IMAGE } from './features.ts';
import type { TfRecord } from './record-reader.ts';

export interface RecordPicture extends LookedAt {
  /** With the usual ending of its kind where the record gives none. */
  name: string;
}

export interface PictureContext {
  file: string;
  place: string;
  /** Name for a record that has none, without an ending. */
  fallback: string;
  match: ImageMatcher;
  items: LabelledItems;
  project: Pick<ProjectWriter, 'resultFile'>;
}

const MAX_STEM = 180;

/** Undefined when there is no picture; why is in the report. */
export function recordPicture(
  { payload, payloadAt }: TfRecord,
  example: Example,
  context: PictureContext,
): RecordPicture | undefined {
  const { file, place, items, project } = context;
  const wanted = example.texts(IMAGE.filename)[0] || example.texts(IMAGE.sourceId)[0] || '';
  const [span] = example.spans(IMAGE.encoded);
  if (span === undefined || span.end === span.start) return pictureBeside(wanted, context);
  const bytes = payload.subarray(span.start, span.end);
  try {
    const { width, height, mime, kind, extension, complete } = probeImageBytes(bytes);
    const name = itemName(wanted === '' ? context.fallback : wanted, extension);
    const odd = [
      ...(complete ? [] : ['expected the end of the picture, got the end of its bytes; it may show in part']),
      ...[nameMismatch(name, kind)].filter((one) => one !== undefined),
    ];
    for (const message of odd)
      items.book.note('warning', 'pictures that are not quite as announced', () => ({
        file,
        place,
        code: 'SLY_FORMAT_INVALID',
        message,
      }));
    const size = { name, file, width, height, mime };
    if (payloadAt !== undefined) return { ...size, range: [payloadAt + span.start, payloadAt + span.end] };
    const { absolute, result } = project.resultFile(name);
    writeFileSync(absolute, bytes);
    return { ...size, result };
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    const { code, detail } = toSlyError(error);
    const message = `the picture of this record: ${detail}`;
    items.book.note('failed', 'records without a picture that can be read', () => ({
      file,
      place,
      code,
      message,
    }));
    return undefined;
  }
}

function pictureBeside(
  wanted: string,
  { file, place, match, items }: PictureContext,
): RecordPicture | undefined {
  const found = wanted === '' ? undefined : match(wanted, file)?.file;
  if (found === undefined) {
    items.book.note('warning', 'records without their picture', () => ({
      file,
      place,
      code: 'SLY_NOT_FOUND',
      message: `expected image/encoded or a picture called ${JSON.stringify(wanted.slice(0, 200))}, got neither; the record is left out`,
      hint: 'Add the pictures to the source.',
    }));
    return undefined;
  }
  const picture = items.look(found);
  return picture === undefined ? undefined : { ...picture, name: found.slice(found.lastIndexOf('/') + 1) };
}

/** The last part of the name, without what no file may be called. */
function itemName(wanted: string, extension: string): string {
  const base = wanted
    .split(/[\\/]/)
    .at(-1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not stay in a name
    ?.replace(/[\x00-\x1f\x7f]/g, '_')
    .trim();
  const name = base === undefined || base === '' || base === '.' || base === '..' ? 'picture' : base;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length).slice(0, MAX_STEM);
  return `${stem === '' ? 'picture' : stem}${ending === '' ? extension : ending}`;
}
