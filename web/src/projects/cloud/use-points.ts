/** The points of a cloud, read beside the page. */
import { askWorker } from '../../reading/ask-worker.ts';
import { type FileState, useFile } from '../../reading/use-file.ts';
import type { CloudItem } from './load-cloud.ts';
import type { Cloud } from './read/cloud.ts';
import type { CloudQuestion } from './read/cloud-worker.ts';

const MOST_BYTES = 256 << 20;
/** More are slow to turn on an ordinary graphics card. */
const MOST_POINTS = 1_000_000;

export const usePoints = (item: CloudItem | undefined): FileState<Cloud> =>
  useFile(item, {
    method: 'point-clouds.download',
    isKept: true,
    most: MOST_BYTES,
    read: (bytes, signal) =>
      askWorker<Cloud>('cloud-worker.js', { bytes, most: MOST_POINTS } satisfies CloudQuestion, {
        transfer: [bytes.buffer],
        signal,
      }),
  });
