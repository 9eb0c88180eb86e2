/** Puts blobs without end and prints the hash of each that is acknowledged. Killed by the test that started it. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/lib/clock.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { createFolderBlobStore } from '../../src/platform/blobs/folder-blob-store.ts';

const store = createFolderBlobStore(process.argv[2] ?? '', { clock: systemClock, log: silentLogger() });

for (let at = 0; at < 100_000; at++) {
  const many = Array.from({ length: 5 }, () => {
    const bytes = randomBytes(20_000 + ((at * 7919) % 300_000));
    return { sha256: sha256Of(bytes), bytes };
  });
  const streamed = randomBytes(500_000);
  const batch = store.batch();
  const batched = Promise.all(Array.from({ length: 5 }, () => batch.add(randomBytes(90_000))));
  await Promise.all([
    store.putMany(many).then(() => {
      for (const { sha256 } of many) process.stdout.write(`${sha256}\n`);
    }),
    batched
      .then(() => batch.commit())
      .then(async () => {
        for (const sha256 of await batched) process.stdout.write(`${sha256}\n`);
      }),
    store
      .putStream(
        (async function* () {
          for (let from = 0; from < streamed.length; from += 50_000)
            yield streamed.subarray(from, from + 50_000);
        })(),
      )
      .then(({ sha256 }) => process.stdout.write(`${sha256}\n`)),
  ]);
}
