/** Lines of a text file with the place each has in it, so that a line can be read again without the ones before. */
import { createReadStream } from 'node:fs';
import { SlyError } from '../lib/errors.ts';

export interface TextLine {
  /** Without the line end; a byte order mark at the start of the file is left out. */
  text: string;
  /** From 1. */
  line: number;
  /** Byte of the file where the line begins. */
  offset: number;
  /** Bytes up to the next line, its end included. */
  bytes: number;
}

export interface TextLinesOptions {
  /** As it is called in errors. */
  file: string;
  signal?: AbortSignal;
  /** Bytes of one line; default 1 MiB. */
  maxLine?: number;
}

/** Throws SLY_FORMAT_INVALID with the line for one that is longer than allowed. */
export async function* readTextLines(
  absolute: string,
  { file, signal, maxLine = 1 << 20 }: TextLinesOptions,
): AsyncGenerator<TextLine> {
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  const take = (end: number): TextLine => {
    const bytes = held.subarray(0, end);
    held = held.subarray(end);
    const text = bytes.toString('utf8').replace(/\r?\n$/, '');
    const taken = { text: line === 1 ? text.replace(/^\uFEFF/, '') : text, line, offset, bytes: end };
    offset += end;
    line++;
    return taken;
  };
  for await (const chunk of createReadStream(absolute, { highWaterMark: 256 << 10 })) {
    signal?.throwIfAborted();
    const fresh = held.length;
    held = fresh === 0 ? (chunk as Buffer) : Buffer.concat([held, chunk as Buffer]);
    let from = fresh;
    for (let end = held.indexOf(10, from); end >= 0; end = held.indexOf(10, from)) {
      yield take(end + 1);
      from = 0;
    }
    if (held.length > maxLine)
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `line ${line}: expected at most ${maxLine} bytes, got more`,
        file,
      });
  }
  if (held.length > 0) yield take(held.length);
}
