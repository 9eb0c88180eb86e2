/**
 * Reading many figures: all of one video, and all labels of a dataset of images, page by page and in one annotation.
 *
 *   node bench/figures.ts [--figures 400000] [--images 20000]
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/lib/clock.ts';
import { openDatabase } from '../src/platform/store/database.ts';
import { createStores } from '../src/platform/store/stores.ts';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { freshFolder, mb, memoryOf, round, say, timed } from './support/measure.ts';

const { values } = parseArgs({ options: { figures: { type: 'string' }, images: { type: 'string' } } });
const FIGURES = Number(values.figures ?? 400_000);
const IMAGES = Number(values.images ?? 20_000);
const LABELS_AN_IMAGE = 20;
const AT_ONCE = 1000;

const outline = Array.from({ length: 20 }, (_, at) => [at * 3, (at * 7) % 50]);
const geometry = { points: { exterior: outline, interior: [] } };

/** The database of a platform that has all of it already. */
async function fill(file: string): Promise<{ video: number; videoDataset: number; imageDataset: number }> {
  const db = openDatabase(file);
  const stores = createStores(db, { clock: systemClock });
  const { workspaceId } = await stores.accounts.seed();
  const dataset = async (type: 'videos' | 'images'): Promise<number> => {
    const project = await stores.projects.add({ workspaceId, name: type, type });
    const entry = { title: 'car', shape: 'polygon', color: '#FF0000', geometry_config: {} } as const;
    await stores.projects.putMeta(project.id, { classes: [entry], tags: [] });
    return (await stores.datasets.add({ projectId: project.id, parentId: null, name: 'ds' })).id;
  };
  const [videoDataset, imageDataset] = [await dataset('videos'), await dataset('images')];
  const [item] = await stores.items.add(videoDataset, [{ name: 'v', link: 'https://example.com/v' }]);
  const video = item?.id ?? 0;
  const [objectId = 0] = await stores.objects.add(videoDataset, [
    { itemId: video, classTitle: 'car', rest: {} },
  ]);
  for (let from = 0; from < FIGURES; from += AT_ONCE) {
    const figures = Array.from({ length: Math.min(AT_ONCE, FIGURES - from) }, (_, at) => ({
      ...{ entityId: video, objectId, geometryType: 'polygon', geometry: JSON.stringify(geometry) },
      ...{ waiting: false, plane: '', frame: Math.floor((from + at) / 4), rest: {} },
    }));
    await stores.figures.add(videoDataset, figures);
  }
  const label = {
    classTitle: 'car',
    geometryType: 'polygon',
    shape: 'polygon',
    tags: [],
    ...geometry,
  } as const;
  const objects = Array.from({ length: LABELS_AN_IMAGE }, () => label);
  const annotation = { description: '', size: { height: 50, width: 60 }, tags: [], objects };
  for (let from = 0; from < IMAGES; from += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, IMAGES - from) }, (_, at) => `${from + at}`);
    const rows = await stores.items.add(
      imageDataset,
      names.map((name) => ({ name, link: 'https://example.com/i' })),
    );
    await stores.annotations.put(
      rows.map(({ id }) => ({ itemId: id, annotation: annotation as never })),
      { subpixel: true },
    );
  }
  await db.close();
  return { video, videoDataset, imageDataset };
}

const { folder, remove } = freshFolder('figures');
const data = path.join(folder, 'data');
mkdirSync(path.join(data, 'platform'), { recursive: true });
const { video, videoDataset, imageDataset } = await fill(path.join(data, 'platform', 'platform.sqlite'));
const daemon = await launchDaemon({ data, command: 'platform', flags: { 'log-level': 'info' } });
const pid = daemon.process.pid ?? 0;

async function read(method: string, body: object): Promise<string> {
  const response = await fetch(`${daemon.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': daemon.adminToken() },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${method}: ${response.status} ${await response.text()}`);
  return response.text();
}

/** Page after page, as the SDK reads. */
async function pages(datasetId: number): Promise<Record<string, number>> {
  const seconds: number[] = [];
  let seen = 0;
  for (let page = 1, pagesCount = 1; page <= pagesCount; page++) {
    const read1 = await timed(() => read('figures.list', { datasetId, page }));
    const reply = JSON.parse(read1.value) as { pagesCount: number; entities: unknown[] };
    seconds.push(read1.seconds);
    pagesCount = reply.pagesCount;
    seen += reply.entities.length;
  }
  const [first = 0, last = 0] = [seconds[1], seconds.at(-2)];
  const total = seconds.reduce((sum, one) => sum + one, 0);
  return {
    figures: seen,
    pages: seconds.length,
    secondsFirst: round(first),
    secondsLast: round(last),
    seconds: round(total),
  };
}

try {
  await read('projects.list', { workspaceId: 1 });
  const before = memoryOf(pid).peak;
  const annotation = await timed(async () => {
    const text = await read('videos.annotations.bulk.info', { datasetId: videoDataset, videoIds: [video] });
    return text.length;
  });
  const afterAnnotation = memoryOf(pid).peak;
  const ofVideo = await pages(videoDataset);
  const afterVideo = memoryOf(pid).peak;
  const ofImages = await pages(imageDataset);
  say('figures', {
    annotation: { seconds: round(annotation.seconds), replyMb: mb(annotation.value) },
    ofVideo,
    ofImages,
    peakMb: {
      ...{ idle: mb(before), annotation: mb(afterAnnotation) },
      ...{ ofVideo: mb(afterVideo), ofImages: mb(memoryOf(pid).peak) },
    },
  });
} finally {
  await daemon.kill();
  remove();
}
