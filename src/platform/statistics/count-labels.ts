/**
 * Walks through what is on videos, point clouds and volumes in the order of indexes, some thousand rows at a time, so
 * that others get their turn.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { MediaReader } from '../ports/media.ts';
import type { Statistics } from '../ports/statistics.ts';
import type { CountedItem, LabelCounts } from '../store/repositories/counting.ts';
import type { ProjectRow } from '../store/repositories/projects.ts';
import { createLabelTally, type ItemFacts } from './label-tally.ts';

const ITEMS = 500;
const ROWS = 5000;
/** Items whose ids are as near as this are read through together with what is between them. */
const NEAR = 16;

export async function countLabels(
  deps: { labels: LabelCounts; media: Pick<MediaReader, 'videos'> },
  project: ProjectRow,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<Statistics> {
  const { labels, media } = deps;
  const isVideo = project.type === 'videos';
  const isCloud = project.type.startsWith('point_cloud');
  const tally = createLabelTally({ isVideo, counts: isCloud ? 'figures' : 'objects' });
  const walk = walker(signal);

  let done = 0;
  let after = 0;
  for (;;) {
    const items = await labels.items(project.id, { after, limit: ITEMS });
    const last = items.at(-1);
    if (last === undefined || signal.aborted) break;
    after = last.id;
    const page = tally.page(await factsOf(items, { isVideo, media }));
    for (const run of runsOf(items.map(({ id }) => id))) {
      await walk(labels.figures, run, page.figure);
      await walk(labels.objects, run, page.object);
      await walk(labels.tags, run, page.tag);
    }
    page.end();
    done += items.length;
    progress(done);
    await breathe();
  }
  for (const dataset of await labels.datasets(project.id)) {
    await walk(labels.datasetObjects, dataset, ({ title }) => {
      if (title !== null) tally.object(title);
    });
    await walk(labels.objectTags, dataset, ({ name }) => {
      if (name !== null) tally.objectTag(name);
    });
  }
  return tally.result();
}

/** Page after page, each after the last row of the one before. */
function walker(signal: AbortSignal) {
  return async <Of, Row>(
    read: (of: Of, page: { after: Row | undefined; limit: number }) => Promise<Row[]>,
    of: Of,
    take: (row: NoInfer<Row>) => void,
  ): Promise<void> => {
    for (let after: Row | undefined; !signal.aborted; ) {
      const rows = await read(of, { after, limit: ROWS });
      rows.forEach(take);
      after = rows.at(-1);
      if (rows.length < ROWS) return;
      await breathe();
    }
  };
}

/** Ranges of ids, both ends inclusive. */
function runsOf(ids: readonly number[]): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && id - run.last <= NEAR) run.last = id;
    else runs.push({ first: id, last: id });
  }
  return runs;
}

async function factsOf(
  items: readonly CountedItem[],
  { isVideo, media }: { isVideo: boolean; media: Pick<MediaReader, 'videos'> },
): Promise<ItemFacts[]> {
  const facts: ItemFacts[] = [];
  for (const { id, sha256, width, height, meta } of items) {
    const { x = 0, y = 0, z = 0 } = (meta.dimensionsIJK ?? {}) as Partial<Record<'x' | 'y' | 'z', number>>;
    if (!isVideo) {
      const volume = meta.dimensionsIJK === undefined ? {} : { width: x, height: y, depth: z };
      facts.push({ id, width: width ?? 0, height: height ?? 0, ...volume });
      continue;
    }
    // One at a time: of a long video all the times of its frames come along.
    const [reading] = sha256 === null ? [] : await media.videos([sha256]);
    const streams = reading === undefined || 'problem' in reading ? [] : reading.streams;
    const stream = streams.find(({ index }) => index === meta.videoStreamIndex) ?? streams[0];
    facts.push({
      id,
      width: stream?.width ?? 0,
      height: stream?.height ?? 0,
      framesCount: stream?.framesCount ?? 0,
      seconds: stream?.duration ?? 0,
    });
  }
  return facts;
}
