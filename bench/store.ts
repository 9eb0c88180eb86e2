/**
 * What publishing costs in the database and on the disk of blobs, beside the limit of each.
 *
 *   node bench/store.ts items     118,000 items with 4 KB annotations: staged, committed, read
 *   node bench/store.ts blobs     10,000 blobs of 100 KB in packs of 80, and 1 GB in parts
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';
import { systemClock } from '../src/lib/clock.ts';
import { sha256Of } from '../src/lib/hash.ts';
import { silentLogger } from '../src/lib/log.ts';
import { createFolderBlobStore } from '../src/platform/blobs/folder-blob-store.ts';
import { openDatabase } from '../src/platform/store/database.ts';
import { createStores } from '../src/platform/store/stores.ts';
import type { PublishItem } from '../src/protocol/publish.ts';
import { freshFolder, mb, round, say, timed } from './support/measure.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' } },
});
const { folder, remove } = freshFolder('store');

/** Longest time the event loop was not free, ms. */
function watchLoop(): { worst(): number; stop(): void } {
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 5);
    last = now;
  }, 5);
  return {
    worst() {
      const found = Math.round(worst);
      worst = 0;
      return found;
    },
    stop: () => clearInterval(timer),
  };
}

const SEGMENT = 500;
const shaOf = (number: number): string => number.toString(16).padStart(64, '0');

function annotation(number: number): unknown {
  const objects = Array.from({ length: 7 }, (_, at) => ({
    classTitle: `class ${at}`,
    tags: [],
    geometryType: 'polygon',
    shape: 'polygon',
    points: {
      exterior: Array.from({ length: 20 }, (_one, point) => [point * 3 + at, point + (number % 400)]),
      interior: [],
    },
  }));
  return { description: '', size: { height: 480, width: 640 }, tags: [], objects };
}

async function benchItems(count: number): Promise<void> {
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const stores = createStores(db, { clock: systemClock });
  await stores.accounts.seed();
  for (let from = 0; from < count; from += 5000) {
    const size = Math.min(5000, count - from);
    await stores.blobs.put(
      Array.from({ length: size }, (_, at) => ({
        sha256: shaOf(from + at),
        size: 1000,
        mime: 'image/jpeg',
        width: 640,
        height: 480,
      })),
    );
  }
  async function* lines(from: number): AsyncGenerator<PublishItem> {
    for (let at = from; at < Math.min(from + SEGMENT, count); at++)
      yield { dataset: 'train', name: `${at}.jpg`, sha256: shaOf(at), ann: annotation(at) };
  }
  const making = await timed(() => {
    for (let at = 0; at < count; at++) JSON.stringify(annotation(at));
  });
  const { publications } = stores;
  const { publicationId, projectId } = await publications.begin('bench', {
    attempt: 1,
    run: 1,
    projectName: 'bench',
    projectType: 'images',
    conflict: 'rename',
  });
  const loop = watchLoop();
  const cpu = process.cpuUsage();
  const staging = await timed(async () => {
    for (let from = 0; from < count; from += SEGMENT)
      await publications.putSegment(publicationId, from / SEGMENT + 1, lines(from));
  });
  const used = process.cpuUsage(cpu);
  const stagingWorst = loop.worst();
  const meta = { classes: [], tags: [] };
  const commit = await timed(() => publications.commit(publicationId, { meta, segments: count / SEGMENT }));
  const commitWorst = loop.worst();
  const reading = await timed(async () => {
    for (let after = 0; ; ) {
      const items = await stores.exports.items(projectId, { after, limit: 50 });
      after = items.at(-1)?.id ?? 0;
      if (items.length < 50) return;
    }
  });
  loop.stop();
  await db.close();
  say('store items', {
    items: count,
    stagedPerSecond: Math.round(count / staging.seconds),
    stagedPerCpuSecond: Math.round(count / ((used.user + used.system) / 1e6)),
    stringifyAlonePerSecond: Math.round(count / making.seconds),
    stagingLoopWorstMs: stagingWorst,
    commitSeconds: round(commit.seconds),
    commitLoopWorstMs: commitWorst,
    readPerSecond: Math.round(count / reading.seconds),
  });
}

async function benchBlobs(count: number): Promise<void> {
  const store = createFolderBlobStore(path.join(folder, 'blobs'), {
    clock: systemClock,
    log: silentLogger(),
  });
  const packs = Array.from({ length: Math.ceil(count / 80) }, () =>
    Array.from({ length: 80 }, () => {
      const bytes = randomFillSync(Buffer.alloc(100_000));
      return { sha256: sha256Of(bytes), bytes };
    }),
  );
  const limit = await timed(() => {
    const fd = openSync(path.join(folder, 'limit'), 'w');
    for (const pack of packs) {
      for (const { bytes } of pack) writeSync(fd, bytes);
      fsyncSync(fd);
    }
    closeSync(fd);
  });
  const loop = watchLoop();
  const small = await timed(async () => {
    for (const pack of packs) await store.putMany(pack);
  });
  const smallWorst = loop.worst();
  const { uploadId, partSize } = await store.beginUpload('large');
  const part = randomFillSync(Buffer.alloc(partSize));
  const parts = Math.ceil(2 ** 30 / partSize);
  const whole = Buffer.alloc(parts * partSize);
  for (let at = 0; at < parts; at++) {
    part.writeUInt32LE(at, 0);
    part.copy(whole, at * partSize);
  }
  const sha256 = sha256Of(whole);
  const pieceOf = (at: number) => whole.subarray(at * partSize, (at + 1) * partSize);
  const sums = Array.from({ length: parts }, (_, at) => crc32(pieceOf(at)));
  await systemClock.sleep(10);
  loop.worst();
  const sending = await timed(async () => {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let at = next++; at < parts; at = next++) {
        const piece = pieceOf(at);
        const chunks = async function* () {
          for (let from = 0; from < piece.length; from += 65_536) yield piece.subarray(from, from + 65_536);
        };
        await store.putPart(uploadId, at, chunks(), sums[at] ?? 0);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
  });
  const completing = await timed(() => store.completeUpload(uploadId, { sha256, size: whole.length }));
  const largeWorst = loop.worst();
  loop.stop();
  await store.close();
  const total = packs.length * 80;
  say('store blobs', {
    blobs: total,
    perSecond: Math.round(total / small.seconds),
    megabytesPerSecond: Math.round((total * 0.1) / small.seconds),
    oneFileMegabytesPerSecond: Math.round((total * 0.1) / limit.seconds),
    loopWorstMs: smallWorst,
    uploadMegabytes: mb(whole.length),
    uploadMegabytesPerSecond: Math.round(mb(whole.length) / sending.seconds),
    completeSeconds: round(completing.seconds),
    uploadLoopWorstMs: largeWorst,
  });
}

try {
  if (positionals[0] === 'blobs') await benchBlobs(Number(values.count ?? 10_000));
  else await benchItems(Number(values.count ?? 118_000));
} finally {
  remove();
}
