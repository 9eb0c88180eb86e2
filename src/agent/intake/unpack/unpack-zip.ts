/**
 * zip, zip64 -> files. The central directory is the only list of entries that counts: it is read once to refuse
 * the archive as a whole before a byte is written, and once to unpack. A local header that says otherwise is
 * a sign of a trick.
 */
import { readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromFdPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { failed, linkInArchive } from '../left-out.ts';
import { cleanEntryName } from './entry-name.ts';
import type { UnpackJob } from './unpack-archive.ts';
import { badArchive, dangerError, limitError } from './unpack-limits.ts';

const UTF8_FLAG = 0x800;
const UNICODE_PATH = 0x7075;
const STORED = 0;
const DEFLATED = 8;
/** In one piece up to this size: a stream for each small file takes several times as long. */
const SMALL_BYTES = 1 << 20;
const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

export async function unpackZip(job: UnpackJob): Promise<void> {
  const announced = await inspect(job);
  await job.assertRoom(announced);
  const zip = await openZip(job);
  for await (const entry of zip.eachEntry()) {
    job.signal.throwIfAborted();
    await visit(zip, entry, job);
    job.tell(job.budget.written(), announced);
  }
}

const openZip = (job: UnpackJob): Promise<ZipFile> =>
  fromFdPromise(job.archive.fd, {
    // The handle is the caller's; names are decoded here, so that a bad one is refused with our own words.
    autoClose: false,
    lazyEntries: true,
    decodeStrings: false,
    validateEntrySizes: true,
  });

/** Refuses what can be told from the directory alone; returns the bytes it announces. */
async function inspect(job: UnpackJob): Promise<number> {
  const zip = await openZip(job);
  let announced = 0;
  let packed = 0;
  for await (const entry of zip.eachEntry()) {
    job.signal.throwIfAborted();
    job.budget.entry();
    const raw = entryName(entry);
    cleanEntryName(raw, job.limits);
    announced += entry.uncompressedSize;
    packed += entry.compressedSize;
    if (entry.uncompressedSize > job.limits.fileBytes)
      throw limitError(`${JSON.stringify(raw)} is larger than ${job.limits.fileBytes} bytes`, raw);
  }
  if (packed > job.archiveBytes)
    throw limitError('its entries overlap: together they are larger than the archive');
  job.budget.announced(announced);
  return announced;
}

async function visit(zip: ZipFile, entry: Entry, job: UnpackJob): Promise<void> {
  const { target } = job;
  const raw = entryName(entry);
  const name = cleanEntryName(raw, job.limits);
  if (typeof name !== 'string') return void target.refused.push(name);
  if (name === '' || !target.admits(name)) return;
  const type = unixType(entry);
  if (type === S_IFLNK) return void target.refused.push(linkInArchive(name));
  if (type !== 0 && type !== S_IFREG && type !== S_IFDIR)
    return void target.refused.push(
      failed(name, 'SLY_FILE_SPECIAL', 'it is a device, pipe or socket, not a file'),
    );
  if (raw.endsWith('/') || type === S_IFDIR) return target.folder(name);
  if (entry.isEncrypted()) throw badArchive(`${JSON.stringify(name)} is encrypted`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw badArchive(
      `${JSON.stringify(name)} uses compression method ${entry.compressionMethod}, expected stored (0) or deflate (8)`,
    );
  }
  const local = await zip.readLocalFileHeaderPromise(entry);
  if (!local.fileName.equals(entry.fileNameRaw) || local.compressionMethod !== entry.compressionMethod)
    throw dangerError(raw, 'is described differently in the directory and in place');
  const isSmall = entry.compressedSize <= SMALL_BYTES && entry.uncompressedSize <= SMALL_BYTES;
  const stream = isSmall
    ? wholeEntry(job, entry, local.fileDataStart)
    : await openEntry(zip, entry, local.fileDataStart);
  await target.file(name, checked(stream, entry, name));
}

async function* wholeEntry(job: UnpackJob, entry: Entry, start: number): AsyncGenerator<Uint8Array> {
  const { compressedSize: packed, uncompressedSize: size } = entry;
  const bytes = Buffer.allocUnsafe(packed);
  let at = 0;
  while (at < packed) {
    const count = readSync(job.archive.fd, bytes, at, packed - at, start + at);
    if (count === 0) throw badArchive('it ends in the middle of an entry');
    at += count;
  }
  // What is announced bounds what may come out, so a lie costs no memory.
  yield entry.compressionMethod === DEFLATED
    ? inflateRawSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize: size + 64 })
    : bytes;
}

/** By callback: the promise form of this method (yauzl 3.4.0) calls another one with other arguments. */
function openEntry(zip: ZipFile, entry: Entry, start: number): Promise<AsyncIterable<Uint8Array>> {
  const { compressedSize: packed, uncompressedSize: size } = entry;
  const isDeflated = entry.compressionMethod === DEFLATED;
  return new Promise((resolve, reject) => {
    zip.openReadStreamLowLevel(start, packed, 0, packed, isDeflated, size, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });
}

/** Passes the bytes on and compares their checksum at the end. */
async function* checked(
  stream: AsyncIterable<Uint8Array>,
  entry: Entry,
  name: string,
): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let size = 0;
  for await (const chunk of stream) {
    sum = crc32(chunk, sum);
    size += chunk.length;
    yield chunk;
  }
  if (size !== entry.uncompressedSize || sum !== entry.crc32)
    throw badArchive(`${JSON.stringify(name)} is damaged: its checksum is wrong`);
}

/** The name by the flag or the Unicode field; without both as UTF-8 where it is that, else as CP437. */
function entryName(entry: Entry): string {
  const isMarked =
    (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0 ||
    entry.extraFields.some(({ id }) => id === UNICODE_PATH);
  if (!isMarked) {
    const text = entry.fileNameRaw.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(entry.fileNameRaw)) return text.replaceAll('\\', '/');
  }
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

/** File type bits where the entry was made on a Unix; 0 elsewhere or when none are set. */
function unixType(entry: Entry): number {
  const isUnix = entry.versionMadeBy >> 8 === 3 || entry.versionMadeBy >> 8 === 19;
  return isUnix ? (entry.externalFileAttributes >>> 16) & S_IFMT : 0;
}
