/**
 * An annotation of a video, a point cloud, an episode or a volume, read from its file without holding it: the head
 * first, then the figures in pages. The file is read through for each of the two, since its keys may stand in any
 * order; a file of gigabytes needs the memory of its objects and of one page.
 */
import { type JsonPlace, type ScanJsonOptions, scanJson } from '../lib/json-array-stream.ts';
import { inPages } from '../lib/pages.ts';
import { isRecord } from './problem.ts';

/** Lists of figures an annotation can have, by modality. */
export const FIGURE_LISTS = ['frames', 'figures', 'planes', 'spatialFigures'] as const;
export type FigureList = (typeof FIGURE_LISTS)[number];

export interface AnnotationHead {
  /** Lists where the file has none are empty. */
  tags: readonly unknown[];
  objects: readonly unknown[];
  /** Every other key but the lists of figures, as the file has it. */
  rest: Readonly<Record<string, unknown>>;
  /** Which lists of figures the file has. */
  lists: readonly FigureList[];
  /** Indices of `frames`, in the order of the file; undefined where one is no number. */
  frames: readonly (number | undefined)[];
  /** Of a volume: its planes without their figures. */
  planes: readonly { name: unknown; normal: unknown; slices: readonly (number | undefined)[] }[];
}

export interface FoundFigure {
  figure: unknown;
  list: FigureList;
  /** Of a video or an episode its frame, of a slice its index, as the file says it. */
  frame?: number;
  plane?: unknown;
  /** JSON path, for messages. */
  place: string;
}

export interface AnnotationFile {
  /** Throws SLY_FORMAT_JSON with the place. Read once. */
  head(): Promise<AnnotationHead>;
  /** In the order of the file. */
  figures(): AsyncGenerator<FoundFigure[]>;
}

const PAGE = { count: 500, bytes: 4 << 20 };

export function openAnnotationFile(
  file: string,
  options: Pick<ScanJsonOptions, 'signal' | 'shownAs' | 'chunkBytes'>,
): AnnotationFile {
  let read: Promise<AnnotationHead> | undefined;
  const head = (): Promise<AnnotationHead> => {
    read ??= readHead(file, options);
    return read;
  };
  return {
    head,
    async *figures() {
      const { frames, planes, lists } = await head();
      if (lists.length === 0) return;
      yield* inPages<FoundFigure>(PAGE, (add, stop) => {
        const signal = AbortSignal.any([options.signal, stop]);
        const frameOf = (index: number | undefined) => (index === undefined ? {} : { frame: index });
        const inSlice = (figure: unknown, at: JsonPlace) => {
          const [plane = 0, slice = 0] = at.within;
          const { name, slices } = planes[plane] ?? { name: undefined, slices: [] };
          const place = `planes[${plane}].slices[${slice}].figures[${at.index}]`;
          return add({ figure, list: 'planes', plane: name, ...frameOf(slices[slice]), place }, at.bytes);
        };
        const inSpace = (list: FigureList) => (figure: unknown, at: JsonPlace) =>
          add({ figure, list, place: `${list}[${at.index}]` }, at.bytes);
        const inFrame = (figure: unknown, at: JsonPlace) => {
          const [frame = 0] = at.within;
          const place = `frames[${frame}].figures[${at.index}]`;
          return add({ figure, list: 'frames', ...frameOf(frames[frame]), place }, at.bytes);
        };
        return scanJson(
          file,
          {
            frames: { figures: listed(inFrame) },
            planes: { slices: { figures: listed(inSlice) } },
            figures: listed(inSpace('figures')),
            spatialFigures: listed(inSpace('spatialFigures')),
          },
          { ...options, signal },
        );
      });
    },
  };
}

/** A value in the place of a list is handed over as if it were its element; null stands for an empty one. */
const listed =
  (handler: (figure: unknown, at: JsonPlace) => void | Promise<void>) =>
  (figure: unknown, at: JsonPlace): void | Promise<void> =>
    figure === null ? undefined : handler(figure, at);

async function readHead(
  file: string,
  options: Pick<ScanJsonOptions, 'signal' | 'shownAs' | 'chunkBytes'>,
): Promise<AnnotationHead> {
  const rest: Record<string, unknown> = {};
  const frames: (number | undefined)[] = [];
  const planes: { name: unknown; normal: unknown; slices: (number | undefined)[] }[] = [];
  const planeAt = ([plane = 0]: readonly number[]) => {
    planes[plane] ??= { name: undefined, normal: undefined, slices: [] };
    return planes[plane];
  };
  const { keys } = await scanJson(
    file,
    {
      frames: {
        index(index, { within }) {
          frames[within[0] ?? 0] = indexOf(index);
        },
      },
      planes: {
        name(name, { within }) {
          planeAt(within).name = name;
        },
        normal(normal, { within }) {
          planeAt(within).normal = normal;
        },
        slices: {
          index(index, { within }) {
            planeAt(within).slices[within[1] ?? 0] = indexOf(index);
          },
        },
      },
    },
    {
      ...options,
      rest: (key) =>
        key === 'figures' || key === 'spatialFigures'
          ? undefined
          : (value) => void Object.defineProperty(rest, key, { value, enumerable: true, configurable: true }),
    },
  );
  const { tags, objects, ...others } = rest;
  return {
    tags: Array.isArray(tags) ? tags : [],
    objects: Array.isArray(objects) ? objects : [],
    rest: others,
    lists: FIGURE_LISTS.filter((list) => keys.includes(list)),
    frames,
    planes,
  };
}

const indexOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

/** Key of the object a figure belongs to, where it names one. */
export function objectKeyOf(figure: unknown): string | undefined {
  return isRecord(figure) && typeof figure.objectKey === 'string' ? figure.objectKey : undefined;
}
