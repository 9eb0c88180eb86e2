import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { createSourceOpener } from '../../../src/agent/intake/open-source.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { buildTar, buildZip } from '../../unit/agent/intake/build-archives.ts';

/** A disk of two megabytes, or undefined where mounting is not allowed. */
function smallDisk(): string | undefined {
  const disk = path.join(tempFolder('disk'), 'mnt');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', [disk]));
  return disk;
}

const data = randomBytes(900_000);
const entries = ['a', 'b', 'c', 'd'].map((name) => ({ name, data }));

it.for([
  ['while it is written', 'a.tar.gz', gzipSync(buildTar(entries))],
  ['before it is written', 'a.zip', buildZip(entries)],
  ['while a loose file is copied', 'movie.bin', Buffer.concat([data, data, data])],
] as const)('a full disk is found %s, and everything is taken back', async ([, name, bytes], { skip }) => {
  const disk = smallDisk();
  if (disk === undefined) return skip('mounting is not allowed here');
  const file = path.join(tempFolder('source'), name);
  writeFileSync(file, bytes);
  const work = createSourceOpener({ log: silentLogger() }).open(
    { kind: 'path', path: file },
    {
      workFolder: path.join(disk, 'work'),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  );
  await expect(work).rejects.toMatchObject({ code: 'SLY_DISK_FULL', retryable: true });
  expect(readdirSync(path.join(disk, 'work'))).toEqual([]);
});
