/** The content of a multipart body of one part. */
import { Unreadable } from './unreadable.ts';

/** The first line is the boundary, the part ends where it comes again. */
export function onlyPart(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const head = new TextDecoder('latin1').decode(body.subarray(0, 2048));
  const line = head.indexOf('\r\n');
  const blank = head.indexOf('\r\n\r\n');
  if (!head.startsWith('--') || blank === -1) throw new Unreadable('The platform sent no geometry.');
  // CRLF, the boundary, --, CRLF.
  return body.subarray(blank + 4, body.length - line - 6);
}
