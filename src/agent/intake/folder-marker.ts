/**
 * `<upload>/.sly/id` says that this is the folder the inventory is about. An upload folder that is suddenly
 * bare looks the same whether everything was deleted or its disk is not mounted; in doubt nothing is forgotten,
 * or every dataset would be imported again when the disk comes back.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { newKey } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import type { IntakeInventory } from '../journal/intake-inventory.ts';
import { ensureFolder, SLY_FOLDER } from './status-files.ts';

const FACT = 'upload_folder_id';

export interface FolderMarker {
  /** True: the folder is the one the inventory knows, so what is missing in it is really gone. */
  check(isBare: boolean): Promise<boolean>;
}

export function createFolderMarker(deps: {
  uploadFolder: string;
  inventory: IntakeInventory;
  log: Logger;
}): FolderMarker {
  const { uploadFolder, inventory, log } = deps;
  const folder = path.join(uploadFolder, SLY_FOLDER);
  const file = path.join(folder, 'id');

  async function write(id: string): Promise<void> {
    try {
      await ensureFolder(folder);
      await writeFileAtomic(file, `${id}\n`);
    } catch (error) {
      log.debug({ err: error, file }, 'the upload folder cannot be marked');
    }
  }

  return {
    async check(isBare) {
      const id = inventory.fact(FACT);
      if (id === undefined) {
        const fresh = newKey();
        await write(fresh);
        // Remembered only when it stands on disk: without it a folder that cannot be written looks foreign.
        if ((await readFile(file, 'utf8').catch(() => '')).trim() === fresh) inventory.setFact(FACT, fresh);
        return true;
      }
      const found = (await readFile(file, 'utf8').catch(() => '')).trim();
      if (found === id) return true;
      if (isBare && inventory.all().some((row) => row.left === null)) return false;
      await write(id);
      return true;
    },
  };
}
