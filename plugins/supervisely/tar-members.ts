/**
 * Where the members of an uncompressed tar lie. Only headers are read; the bytes of the members are jumped
 * over, so a tar of a terabyte costs as many small reads as it has members.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { Header, Pax } from 'tar';
import { SlyError } from '../../src/lib/errors.ts';

export interface TarMember {
  /** Path inside the tar. */
  name: string;
  /** Bytes `[start, end)` of the tar. */
  start: number;
  end: number;
}

const BLOCK = 512;
/** Names are no longer than this in any system. */
const MAX_EXTENSION = 1 << 20;

/** Regular files in the order of the tar. Throws SLY_ARCHIVE_BAD with the byte where it breaks. */
export async function* tarMembers(
  absolute: string,
  file: string,
  signal: AbortSignal,
): AsyncGenerator<TarMember> {
  const handle = await open(absolute, 'r');
  try {
    const { size } = await handle.stat();
    const block = Buffer.alloc(BLOCK);
    let longName: string | undefined;
    let extended: Pax | undefined;
    for (let at = 0; at < size; ) {
      signal.throwIfAborted();
      await readFully(handle, block, at, file);
      const header = new Header(block, 0, extended);
      if (header.nullBlock) return;
      if (!header.cksumValid) throw bad(file, `expected a tar header at byte ${at}, got something else`);
      const start = at + BLOCK;
      const end = start + (header.size ?? 0);
      if (end > size) throw bad(file, `expected ${end} bytes, got ${size}: the tar is cut off`);
      at = start + Math.ceil((end - start) / BLOCK) * BLOCK;
      if (header.type === 'ExtendedHeader') extended = Pax.parse(await extension(handle, start, end, file));
      else if (header.type === 'NextFileHasLongPath' || header.type === 'OldGnuLongPath')
        longName = (await extension(handle, start, end, file)).replace(/\0.*$/s, '');
      else if (header.type === 'GlobalExtendedHeader') continue;
      else {
        const name = longName ?? header.path ?? '';
        if (header.type === 'File' || header.type === 'OldFile' || header.type === 'ContiguousFile')
          yield { name, start, end };
        longName = undefined;
        extended = undefined;
      }
    }
  } finally {
    await handle.close();
  }
}

async function extension(handle: FileHandle, start: number, end: number, file: string): Promise<string> {
  if (end - start > MAX_EXTENSION) throw bad(file, `a name of ${end - start} bytes at byte ${start}`);
  const bytes = Buffer.alloc(end - start);
  await readFully(handle, bytes, start, file);
  return bytes.toString('utf8');
}

async function readFully(handle: FileHandle, into: Buffer, at: number, file: string): Promise<void> {
  const { bytesRead } = await handle.read(into, 0, into.length, at);
  if (bytesRead < into.length)
    throw bad(file, `expected ${into.length} bytes at byte ${at}, got ${bytesRead}`);
}

function bad(file: string, detail: string): SlyError {
  return new SlyError('SLY_ARCHIVE_BAD', { detail, file });
}
