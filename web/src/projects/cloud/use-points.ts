/** The points of a cloud, read beside the page. */
import { askWorker } from '../../reading/ask-worker.ts';
import { itemBytes } from '../../reading/item-bytes.ts';
import { type FileState, useFile } from '../../reading/use-file.ts';
import type { CloudItem } from './load-cloud.ts';
import type { Cloud } from './read/cloud.ts';
import type { CloudQuestion } from './read/cloud-worker.ts';

const MOST_BYTES = 256 << 20;
/** More are slow to turn on an ordinary graphics card. */
const MOST_POINTS = 1_000_000;

/** `ready` tells what is there or on its way already. */
export const usePoints = (
  item: CloudItem | undefined,
  ready: (id: number) => Promise<Cloud> | undefined,
): FileState<Cloud> =>
  useFile(item, {
    isKept: true,
    load: (id, onProgress, signal) => ready(id) ?? fetchPoints(id, onProgress, signal),
  });

export async function fetchPoints(
  id: number,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Cloud> {
  const bytes = await itemBytes('point-clouds.download', { id }, { most: MOST_BYTES, onProgress, signal });
  return askWorker<Cloud>('cloud-worker.js', { bytes, most: MOST_POINTS } satisfies CloudQuestion, {
    transfer: [bytes.buffer],
    signal,
  });
}
