/** A picture inside of an annotation file: base64 of its bytes, in some versions deflated before, also as a data URL. */
import { unlinkSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { SlyError, toSlyError } from '../lib/errors.ts';
import { describeBytes, IMAGE_KINDS, IMAGE_TITLES, kindOfBytes, SNIFF_BYTES } from './image-kinds.ts';
import { probeImage } from './image-probe.ts';
import type { LookedAt } from './labelled-items.ts';
import type { ProjectWriter } from './plugin.ts';

const MAX_BYTES = 512 << 20;

/** Writes it below `results/`. Throws SLY_IMAGE_UNREADABLE when it is no picture. */
export function writeEmbedded(
  imageData: string,
  { file, key, project }: { file: string; key: string; project: ProjectWriter },
): { picture: LookedAt; extension: string } {
  const bytes = unpacked(Buffer.from(imageData.replace(/^data:[^,]{0,100},/, ''), 'base64'));
  const head = bytes.subarray(0, SNIFF_BYTES);
  const kind = kindOfBytes(head);
  if (kind === undefined)
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `${key}: expected one of ${IMAGE_TITLES}, got ${describeBytes(head)}`,
    });
  const extension = IMAGE_KINDS[kind].extensions[0];
  const { absolute, result } = project.resultFile(`picture${extension}`);
  writeFileSync(absolute, bytes);
  try {
    const { width, height, mime } = probeImage(absolute);
    return { picture: { file, result, width, height, mime }, extension };
  } catch (error) {
    unlinkSync(absolute);
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `${key}: ${toSlyError(error).detail}`,
      cause: error,
    });
  }
}

function unpacked(bytes: Buffer): Buffer {
  if (kindOfBytes(bytes.subarray(0, SNIFF_BYTES)) !== undefined || (bytes[0] ?? 0) % 16 !== 8) return bytes;
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch {
    return bytes;
  }
}
