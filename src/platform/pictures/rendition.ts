/**
 * What pictures are made for the page: thumbnails in a few fixed sizes, and one for looking at where the browser
 * cannot show the original. All are WebP, and all show the pixels as they are stored: an EXIF orientation is not
 * applied, because annotations are positions in the stored pixels.
 */
import type { PictureSource, RenditionKind } from '../ports/pictures.ts';

const DISPLAY_SIDE = 4096;
/** Part of every name and ETag: raised when the same input would give other pixels. */
const RENDITION_VERSION = 1;

/** What the program that decodes is told. Both paths are absolute. */
export interface RenderOrder {
  source: string;
  target: string;
  /** Longest side in pixels; a picture that is smaller stays as it is. */
  side: number;
  /** For looking at closely: lossless where that is affordable. */
  fine: boolean;
}

export function renditionSize(kind: RenditionKind): Pick<RenderOrder, 'side' | 'fine'> {
  return kind === 'display'
    ? { side: DISPLAY_SIDE, fine: true }
    : { side: Number(kind.slice('thumbnail-'.length)), fine: false };
}

/** Of the same bytes always the same: name in the cache and ETag. */
export const renditionName = ({ sha256, stream }: PictureSource, kind: RenditionKind): string =>
  `${sha256}${stream === undefined ? '' : `-s${stream}`}-${kind}-v${RENDITION_VERSION}`;
