/** What `pictures/` gives the others: pictures for the page. */

import type { Readable } from 'node:stream';
import type { Sha256 } from '../../lib/hash.ts';

/** Thumbnails by their longest side; `display` is for looking at what browsers do not show (TIFF, 16 bits). */
export const RENDITION_KINDS = ['thumbnail-160', 'thumbnail-320', 'thumbnail-640', 'display'] as const;

export type RenditionKind = (typeof RENDITION_KINDS)[number];

/** What a picture is made of. */
export interface PictureSource {
  sha256: Sha256;
  size: number;
  /** Of a video: the index of the stream the picture is of. */
  stream?: number;
}

export interface Renditions {
  /** WebP of the pixels as they are stored (no EXIF orientation applied), made once and cached. Rejects SLY_IMAGE_UNREADABLE with the reason. */
  open(
    source: PictureSource,
    kind: RenditionKind,
    options: { signal: AbortSignal },
  ): Promise<{ size: number; body: Readable }>;
  /** Changes when the same bytes would give another picture. */
  version(source: PictureSource, kind: RenditionKind): string;
  /** What the cache holds. */
  usage(): Promise<{ files: number; bytes: number }>;
}
