/** tar, tar.gz, tar.zst -> files. The library only reads the format; every decision and every write is ours. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { failed, linkInArchive } from '../left-out.ts';
import { cleanEntryName } from './entry-name.ts';
import type { UnpackJob } from './unpack-archive.ts';
import { badArchive, limitError } from './unpack-limits.ts';
import { unzstd } from './zstd-frames.ts';

type Compression = 'none' | 'gzip' | 'zstd';

const READ_BYTES = 256 * 1024;
const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);
const FOLDERS = new Set(['Directory', 'GNUDumpDir']);

export async function unpackTar(job: UnpackJob, compression: Compression): Promise<void> {
  // The stop belongs to this unpacking: the first failure ends reading, parsing and writing together.
  const stop = new AbortController();
  const fail = (error: unknown): void => stop.abort(error);
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const parser = new Parser({ strict: true, brotli: false, zstd: false });
  let sawEnd = false;
  let work = Promise.resolve();
  // The parser gives an entry only when the one before was read to its end.
  parser.on('entry', (entry: ReadEntry) => {
    work = work.then(() => visit(entry, job)).catch(fail);
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    try {
      ignored(entry, job);
    } catch (error) {
      fail(error);
    }
  });
  parser.on('eof', () => {
    sawEnd = true;
  });
  parser.on('error', (error: Error) => fail(badArchive(error.message, error)));
  const ended = once(parser, 'end', { signal });
  ended.catch(() => undefined);
  try {
    let isFirst = true;
    for await (const chunk of plainBytes(job, compression)) {
      signal.throwIfAborted();
      if (isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b)
        throw badArchive('it is compressed more than once');
      isFirst = false;
      job.budget.stream(chunk.length);
      const mayGoOn = parser.write(chunk);
      signal.throwIfAborted();
      if (!mayGoOn) await once(parser, 'drain', { signal });
    }
    parser.end();
    await ended;
    await work;
  } catch (error) {
    // What ended it first is the cause; an abort in between only passes it on.
    throw stop.signal.aborted ? stop.signal.reason : job.signal.aborted ? job.signal.reason : error;
  }
  signal.throwIfAborted();
  if (!sawEnd)
    throw badArchive('it ends without the end mark of a tar archive, so a part of it may be missing');
}

async function* plainBytes(job: UnpackJob, compression: Compression): AsyncGenerator<Uint8Array> {
  const raw = rawBytes(job);
  if (compression === 'none') return yield* raw;
  if (compression === 'zstd') return yield* unzstd(raw);
  const packed = Readable.from(raw, { objectMode: false });
  const plain = createGunzip({ chunkSize: READ_BYTES });
  packed.on('error', (error) => plain.destroy(error));
  try {
    yield* packed.pipe(plain) as AsyncIterable<Uint8Array>;
  } finally {
    packed.destroy();
  }
}

async function* rawBytes(job: UnpackJob): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    job.signal.throwIfAborted();
    // A buffer of its own for each read: small files hold on to slices of it until they are written.
    const { bytesRead, buffer } = await job.archive.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    job.tell(at, job.archiveBytes);
    yield buffer.subarray(0, bytesRead);
  }
}

async function visit(entry: ReadEntry, job: UnpackJob): Promise<void> {
  const { target } = job;
  job.budget.entry();
  const name = cleanEntryName(entry.path, job.limits);
  if (typeof name !== 'string') target.refused.push(name);
  else if (name !== '' && target.admits(name)) {
    if (FOLDERS.has(entry.type)) target.folder(name);
    else if (entry.type === 'Link' || entry.type === 'SymbolicLink') target.refused.push(linkInArchive(name));
    else if (!FILES.has(entry.type)) target.refused.push(special(name, entry.type));
    else if (isSparse(entry)) target.refused.push(special(name, 'a sparse file'));
    else return target.file(name, entry);
  }
  entry.resume();
  if (!entry.emittedEnd) await entry.promise();
}

/** The library hands these over only to say that it skips them. */
function ignored(entry: ReadEntry, job: UnpackJob): void {
  job.budget.entry();
  if (entry.meta) throw limitError('it has an extended header of more than a megabyte');
  const name = cleanEntryName(entry.path, job.limits);
  job.target.refused.push(typeof name === 'string' ? special(name, `of type ${entry.type}`) : name);
}

/** Its body is a map of holes, not the file. */
const isSparse = (entry: ReadEntry): boolean => /(?:^|\/)GNUSparseFile\.\d+\//.test(entry.path);

function special(name: string, what: string) {
  return failed(name, 'SLY_FILE_SPECIAL', `it is ${what}, not a plain file`, 'Pack plain files only.');
}
