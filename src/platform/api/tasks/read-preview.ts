import { SlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import { createParser } from '../../../lib/schema.ts';
import { MOST_PREVIEW_BYTES, type PreviewFile, PreviewFileSchema } from '../../../protocol/preview.ts';
import type { BlobStore } from '../../ports/blobs.ts';

const previews = createParser(PreviewFileSchema);

/** What a dry run left to look at. Nobody names the blob but its task: after some days it is gone, which is no error. */
export async function readPreview(
  blobs: Pick<BlobStore, 'size' | 'open'>,
  samples: { sha256: Sha256; size: number } | undefined,
): Promise<PreviewFile> {
  const size = samples === undefined ? undefined : await blobs.size(samples.sha256);
  if (samples === undefined || size === undefined) return { items: [] };
  if (size > MOST_PREVIEW_BYTES) {
    throw new SlyError('SLY_TOO_LARGE', {
      detail: `expected a preview of at most ${MOST_PREVIEW_BYTES} bytes, got ${size}`,
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blobs.open(samples.sha256)) chunks.push(chunk as Uint8Array);
  return previews.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')), 'preview');
}
