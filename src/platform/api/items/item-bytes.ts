/** The bytes of an item as an answer. */
import { SlyError } from '../../../lib/errors.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import type { Call } from '../method.ts';

/** SLY_USAGE when it is a link: its bytes are elsewhere. */
export function sendItem(
  blobs: Pick<BlobStore, 'open' | 'readInto'>,
  row: {
    id: number;
    name: string;
    sha256: string | null;
    size: number;
    mime: string | null;
    link?: string | null;
  },
  { request, reply }: Call,
): Promise<unknown> {
  const { sha256, size, mime, name } = row;
  if (sha256 === null) {
    throw new SlyError('SLY_USAGE', {
      detail: `${name} (${row.id}) is a link, its bytes are not here`,
      hint: `Fetch it from ${row.link}`,
    });
  }
  const kind = mime ?? 'application/octet-stream';
  return sendBlob(
    blobs,
    { sha256, size, mime: kind, disposition: disposition('attachment', name) },
    request,
    reply,
  );
}
