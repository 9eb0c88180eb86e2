/** Reads a cloud beside the page, which stays usable meanwhile. */
import { answerWith } from '../../../reading/answer.ts';
import type { Cloud } from './cloud.ts';
import { readCloud } from './read-cloud.ts';

export interface CloudQuestion {
  bytes: Uint8Array;
  most: number;
}

answerWith<CloudQuestion, Cloud>(({ bytes, most }) => {
  const value = readCloud(bytes, most);
  const arrays = [value.index, value.positions, value.rgb, value.intensity];
  return { value, transfer: arrays.flatMap((one) => one?.buffer ?? []) };
});
