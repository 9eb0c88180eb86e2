/** All repositories over one database. */
import type { Clock } from '../../lib/clock.ts';
import { createAccessStore } from './access-store.ts';
import { createAccountStore } from './account-store.ts';
import { createAnnotationStore } from './annotation-store.ts';
import { createAnnotationTexts } from './annotation-texts.ts';
import { createArchiveStore } from './archive-store.ts';
import { createBlobRecords } from './blob-records.ts';
import type { Database } from './database.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createEntityTagStore } from './entity-tag-store.ts';
import { createExportReader } from './export-reader.ts';
import { createFigureStore } from './figure-store.ts';
import { createImageLabelStore } from './image-label-store.ts';
import { createItemStore } from './item-store.ts';
import { createLabelCheck } from './label-check.ts';
import { createLabelCounts } from './label-counts.ts';
import { createMediaStore } from './media-store.ts';
import { createObjectStore } from './object-store.ts';
import { createPluginIdStore } from './plugin-id-store.ts';
import { createCloneStore } from './project-clone.ts';
import { createProjectStore } from './project-store.ts';
import { createPublicationStore } from './publication-store.ts';
import { createRelatedImageStore } from './related-image-store.ts';
import { createReportPageStore } from './report-page-store.ts';
import type { BlobRecords, LabelCheck, TrashStore } from './repositories/blobs.ts';
import type { CloneStore } from './repositories/clones.ts';
import type { Stores } from './repositories/stores.ts';
import { createTaskDataStore } from './task-data-store.ts';
import { createTeamFileStore } from './team-file-store.ts';
import { createTimelineStore } from './timeline-store.ts';
import { createTokenStore } from './token-store.ts';
import { createTrashStore } from './trash-store.ts';
import { createUploadStore } from './upload-store.ts';
import { createUsageStore } from './usage-store.ts';

export function createStores(
  db: Database,
  deps: { clock: Clock },
): Stores & { blobs: BlobRecords; trash: TrashStore; labelCheck: LabelCheck; clones: CloneStore } {
  return {
    accounts: createAccountStore(db, deps),
    tokens: createTokenStore(db, deps),
    access: createAccessStore(db),
    projects: createProjectStore(db, deps),
    datasets: createDatasetStore(db, deps),
    items: createItemStore(db, deps),
    annotations: createAnnotationStore(db, deps),
    annotationTexts: createAnnotationTexts(db),
    publications: createPublicationStore(db, deps),
    archives: createArchiveStore(db, deps),
    exports: createExportReader(db),
    imageLabels: createImageLabelStore(db, deps),
    objects: createObjectStore(db, deps),
    figures: createFigureStore(db, deps),
    entityTags: createEntityTagStore(db, deps),
    timelines: createTimelineStore(db),
    labelCounts: createLabelCounts(db),
    relatedImages: createRelatedImageStore(db, deps),
    media: createMediaStore(db, deps),
    uploads: createUploadStore(db, deps),
    teamFiles: createTeamFileStore(db, deps),
    taskData: createTaskDataStore(db, deps),
    pluginIds: createPluginIdStore(db, deps),
    reportPages: createReportPageStore(db, deps),
    usage: createUsageStore(db),
    blobs: createBlobRecords(db, deps),
    trash: createTrashStore(db),
    labelCheck: createLabelCheck(db),
    clones: createCloneStore(db, deps),
  };
}
