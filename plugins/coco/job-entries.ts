/** The entries of a job, item by item; parsed only when somebody asks for what they say. */
import { SIZE_MASK, wasNan } from './byte-ranges.ts';
import type { ConvertJob, EntryList, JobSource } from './convert-job.ts';
import { parseElement } from './parse-element.ts';

export interface RawEntry {
  /** Index of the file. */
  file: number;
  /** In the list of the file. */
  index: number;
  value: Record<string, unknown>;
  /** Panoptic: path of the PNG of its segments, when it is there. */
  mask?: string | undefined;
}

/** Entries `[from, to)` of a list belong to the item at hand. */
export interface EntryCursor extends Pick<EntryList, 'starts' | 'lengths' | 'indexes'> {
  /** Of the annotations of a panoptic file: their masks. */
  masks: readonly (string | null)[] | undefined;
  /** Index of the file. */
  file: number;
  from: number;
  to: number;
}

export interface JobEntries {
  readonly images: readonly EntryCursor[];
  readonly annotations: readonly EntryCursor[];
  /** To the next item; to be called once for each. */
  next(): void;
  parse(list: EntryCursor, at: number): RawEntry;
  /** All of the item. */
  parseAll(lists: readonly EntryCursor[]): RawEntry[];
}

export function createJobEntries({ sources }: ConvertJob, arena: Buffer): JobEntries {
  const cursorOf = (
    { file, masks }: Pick<JobSource, 'file' | 'masks'>,
    list: EntryList,
  ): EntryCursor & { counts: Uint32Array } => ({
    ...list,
    file,
    masks,
    from: 0,
    to: 0,
  });
  const images = sources.map(({ file, images: list }) => cursorOf({ file }, list));
  const annotations = sources.map((source) => cursorOf(source, source.annotations));
  const all = [...images, ...annotations];
  let item = 0;

  function parse({ file, starts, lengths, indexes, masks }: EntryCursor, at: number): RawEntry {
    const start = starts[at] ?? 0;
    const sized = lengths[at] ?? 0;
    const text = arena.toString('utf8', start, start + (sized & SIZE_MASK));
    return {
      file,
      index: indexes[at] ?? 0,
      value: parseElement(text, wasNan(sized)) as Record<string, unknown>,
      ...(masks === undefined ? {} : { mask: masks[at] ?? undefined }),
    };
  }

  return {
    images,
    annotations,
    next() {
      for (const list of all) {
        list.from = list.to;
        list.to += list.counts[item] ?? 0;
      }
      item++;
    },
    parse,
    parseAll(lists) {
      const found: RawEntry[] = [];
      for (const list of lists) for (let at = list.from; at < list.to; at++) found.push(parse(list, at));
      return found;
    },
  };
}
