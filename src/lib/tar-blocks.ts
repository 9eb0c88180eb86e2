/** The blocks of a tar archive around the bytes of its files: fixed owner and mode, so that equal content is equal bytes. */
import { Header, Pax } from 'tar';

const BLOCK = 512;

/** What stands before a file's bytes. Long names and sizes over 8 GiB get an extended header. */
export function* tarHead(file: { path: string; size: number; mtime: Date }): Generator<Uint8Array> {
  const { path, size, mtime } = file;
  const fields = {
    path,
    size,
    mtime,
    mode: 0o644,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    type: 'File' as const,
  };
  const header = new Header(fields);
  const block = Buffer.alloc(BLOCK);
  if (header.encode(block, 0)) yield new Pax({ path, size, mtime }).encode();
  yield block;
}

/** What stands after a file's bytes. */
export function* tarPadding(size: number): Generator<Uint8Array> {
  const rest = size % BLOCK;
  if (rest > 0) yield Buffer.alloc(BLOCK - rest);
}

/** What stands at the end. */
export const tarEnd = (): Uint8Array => Buffer.alloc(2 * BLOCK);
