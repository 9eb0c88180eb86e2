/** The voxels of a volume, read beside the page. */
import { askWorker } from '../../reading/ask-worker.ts';
import { itemBytes } from '../../reading/item-bytes.ts';
import { type FileState, useFile } from '../../reading/use-file.ts';
import type { VolumeItem } from './load-volume.ts';
import { MOST_FILE_BYTES } from './read/limits.ts';
import type { Volume } from './read/volume.ts';
import type { VolumeQuestion } from './read/volume-worker.ts';

export const useVolume = (item: VolumeItem | undefined): FileState<Volume> =>
  useFile(item, {
    isKept: false,
    async load(id, onProgress, signal) {
      const volume = await itemBytes(
        'volumes.download',
        { id },
        { most: MOST_FILE_BYTES, onProgress, signal },
      );
      return askWorker<Volume>('volume-worker.js', { volume } satisfies VolumeQuestion, {
        transfer: [volume.buffer],
        signal,
      });
    },
  });
