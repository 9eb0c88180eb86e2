/**
 * From a folder to a published project, beside the limit: reading every byte for its hash and writing it
 * once more (`sha256sum` + `cp` + `sync`).
 *
 *   node bench/ingest.ts small    10,000 files of 100 KB
 *   node bench/ingest.ts large    4 files of 1 GB
 *   --runner docker|sandbox       default sandbox
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { importAndWait } from '../test/support/tasks.ts';
import { freshFolder, mb, memoryOf, round, say, shell, timed } from './support/measure.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runner: { type: 'string', default: 'sandbox' }, files: { type: 'string' } },
});
const kind = positionals[0] === 'large' ? 'large' : 'small';
const count = Number(values.files ?? (kind === 'small' ? 10_000 : 4));

/** Pixels in front, then bytes nobody else has: pictures of full size would only slow the making. */
const head = encode({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3), channels: 3 });

function make(folder: string): number {
  mkdirSync(folder, { recursive: true });
  let total = 0;
  if (kind === 'small') {
    const bytes = Buffer.alloc(100_000);
    for (let at = 0; at < count; at++) {
      randomFillSync(bytes, head.length);
      bytes.set(head);
      writeFileSync(path.join(folder, `${String(at).padStart(6, '0')}.png`), bytes);
      total += bytes.length;
    }
    return total;
  }
  const block = Buffer.alloc(8 << 20);
  for (let at = 0; at < count; at++) {
    const fd = openSync(path.join(folder, `${at}.png`), 'w');
    writeSync(fd, head);
    for (let written = 0; written < 128; written++) {
      randomFillSync(block, 0, 4096);
      writeSync(fd, block);
    }
    closeSync(fd);
    total += head.length + 128 * block.length;
  }
  return total;
}

const { folder, remove } = freshFolder('ingest');
const source = path.join(folder, 'source');
const bytes = make(source);
shell('sync');

const limit = await timed(() => {
  shell(`find ${source} -type f -print0 | xargs -0 -n 500 sha256sum > /dev/null`);
  shell(`cp -r ${source} ${folder}/copy && sync ${folder}/copy && sync`);
});
shell(`rm -rf ${folder}/copy`);

const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  flags: { runner: values.runner, 'log-level': 'info' },
});
const idle = memoryOf(daemon.process.pid ?? 0).now;
try {
  const ingest = await timed(() =>
    importAndWait(daemon.control, { path: source, plugin: 'images' }, 1_800_000),
  );
  const items = ingest.value.result?.counts.items;
  if (items !== count) throw new Error(`expected ${count} items, got ${items}`);
  say(`ingest ${kind}`, {
    runner: values.runner,
    files: count,
    megabytes: mb(bytes),
    seconds: round(ingest.seconds),
    limitSeconds: round(limit.seconds),
    shareOfLimit: round(limit.seconds / ingest.seconds),
    megabytesPerSecond: Math.round(mb(bytes) / ingest.seconds),
    filesPerSecond: Math.round(count / ingest.seconds),
    rssIdleMB: mb(idle),
    rssPeakMB: mb(memoryOf(daemon.process.pid ?? 0).peak),
  });
} finally {
  await daemon.kill();
  remove();
}
