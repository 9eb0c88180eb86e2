/** All repositories over one database. */
import type { Clock } from '../../lib/clock.ts';
import { createAccountStore } from './account-store.ts';
import { createAnnotationStore } from './annotation-store.ts';
import { createArchiveStore } from './archive-store.ts';
import { createBlobRecords } from './blob-records.ts';
import type { Database } from './database.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createExportReader } from './export-reader.ts';
import { createItemStore } from './item-store.ts';
import { createProjectStore } from './project-store.ts';
import { createPublicationStore } from './publication-store.ts';
import type { BlobRecords, Stores, TrashStore } from './repositories.ts';
import { createTrashStore } from './trash-store.ts';

export function createStores(
  db: Database,
  deps: { clock: Clock },
): Stores & { blobs: BlobRecords; trash: TrashStore } {
  return {
    accounts: createAccountStore(db, deps),
    projects: createProjectStore(db, deps),
    datasets: createDatasetStore(db, deps),
    items: createItemStore(db, deps),
    annotations: createAnnotationStore(db, deps),
    publications: createPublicationStore(db, deps),
    archives: createArchiveStore(db, deps),
    exports: createExportReader(db),
    blobs: createBlobRecords(db, deps),
    trash: createTrashStore(db),
  };
}
