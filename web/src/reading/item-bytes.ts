/** The bytes of an item for a view that reads the file itself. */
import { callForBody } from '../api.ts';
import { bytes as bytesWord } from '../words.ts';
import { Unreadable } from './unreadable.ts';

export interface ItemBytesOptions {
  /** A larger file is not fetched. */
  most: number;
  /** 0..1 */
  onProgress(share: number): void;
  signal: AbortSignal;
}

/** What `method` answers. Rejects with Unreadable when there are too many. */
export async function itemBytes(
  method: string,
  body: object,
  { most, onProgress, signal }: ItemBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await callForBody(method, body, signal);
  const announced = response.headers.get('content-length');
  const size = Number(announced);
  if (size > most) {
    await response.body?.cancel();
    throw new Unreadable(`This file has ${bytesWord(size)}. ${limitSentence(most)}`);
  }
  if (response.body === null) return new Uint8Array();
  // A proxy between may have left the size out.
  if (announced === null) return collected(response.body, most);
  const whole = new Uint8Array(size);
  let at = 0;
  for await (const chunk of response.body) {
    if (at + chunk.length > size) throw new Unreadable('The platform sent more bytes than it announced.');
    whole.set(chunk, at);
    at += chunk.length;
    onProgress(at / size);
  }
  if (at < size) throw new Unreadable('The platform sent fewer bytes than it announced.');
  return whole;
}

const limitSentence = (most: number): string =>
  `The page reads files of up to ${bytesWord(most)}; it can be downloaded.`;

async function collected(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new Unreadable(`This file is too large. ${limitSentence(most)}`);
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
