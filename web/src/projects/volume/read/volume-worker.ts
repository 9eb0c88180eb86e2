/** Reads a volume or a mask of one beside the page, which stays usable meanwhile. */
import { answerWith } from '../../../reading/answer.ts';
import { type InlineMask, readInlineMask, readMaskFile } from './mask3d.ts';
import { readVolume } from './read-volume.ts';
import type { Mask3d, Volume } from './volume.ts';

export type VolumeQuestion =
  | { volume: Uint8Array<ArrayBuffer> }
  | { maskFile: Uint8Array<ArrayBuffer> }
  | { inlineMask: InlineMask };

answerWith<VolumeQuestion, Volume | Mask3d>(async (question) => {
  if ('volume' in question) {
    const value = await readVolume(question.volume);
    return { value, transfer: [value.voxels.buffer as ArrayBuffer] };
  }
  const value = await ('maskFile' in question
    ? readMaskFile(question.maskFile)
    : readInlineMask(question.inlineMask));
  return { value, transfer: [value.set.buffer as ArrayBuffer] };
});
