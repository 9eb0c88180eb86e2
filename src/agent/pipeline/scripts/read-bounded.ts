/** Reads a small file of the operator's: a regular one, not larger than allowed, that not everybody may change. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { SlyError } from '../../../lib/errors.ts';

/** Never follows a link at `file`, never waits for a pipe. Throws SLY_PLUGIN_MANIFEST with what is wrong. */
export function readBounded(file: string, maxBytes: number): Buffer {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refusal('it is not a regular file');
    if ((stat.mode & 0o002) !== 0)
      throw refusal('every user of this machine may change it: take that away with chmod o-w');
    if (stat.size > maxBytes) throw refusal(`it is larger than ${maxBytes >> 10} KiB`);
    const bytes = Buffer.alloc(stat.size + 1);
    let size = 0;
    for (;;) {
      const got = readSync(fd, bytes, size, bytes.length - size, size);
      size += got;
      if (size > stat.size) throw refusal('it grew while it was read');
      if (got === 0) return bytes.subarray(0, size);
    }
  } finally {
    closeSync(fd);
  }
}

export function refusal(detail: string): SlyError {
  return new SlyError('SLY_PLUGIN_MANIFEST', { detail });
}
