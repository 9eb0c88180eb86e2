/** The voxels of a volume, read beside the page. */
import { askWorker } from '../../reading/ask-worker.ts';
import { type FileState, useFile } from '../../reading/use-file.ts';
import type { VolumeItem } from './load-volume.ts';
import { MOST_FILE_BYTES } from './read/limits.ts';
import type { Volume } from './read/volume.ts';
import type { VolumeQuestion } from './read/volume-worker.ts';

export const useVolume = (item: VolumeItem | undefined): FileState<Volume> =>
  useFile(item, {
    method: 'volumes.download',
    isKept: false,
    most: MOST_FILE_BYTES,
    read: (volume, signal) =>
      askWorker<Volume>('volume-worker.js', { volume } satisfies VolumeQuestion, {
        transfer: [volume.buffer],
        signal,
      }),
  });
