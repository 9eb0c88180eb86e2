/**
 * What the rooms of the platform ask the database for. All SQL stands behind these interfaces; the public
 * API, the agents' data plane and the page know only them. Every verb is one transaction and durable when
 * it resolves. Staged rows (an import that is not committed) are seen by `PublicationStore` alone.
 * Errors: SLY_NOT_FOUND for a missing id, SLY_NOT_UNIQUE for a taken name (`detail` has the name).
 */
import type { AccessStore, AccountStore, TokenStore } from './accounts.ts';
import type { AnnotationStore, AnnotationTexts } from './annotations.ts';
import type { FigureStores } from './figures.ts';
import type { ItemStore } from './items.ts';
import type { DatasetStore, ProjectStore } from './projects.ts';
import type { ArchiveStore, ExportReader, PublicationStore } from './publications.ts';
import type {
  PluginIdStore,
  ReportPageStore,
  TaskDataStore,
  TeamFileStore,
  UsageStore,
} from './team-files.ts';
import type { UploadStore } from './uploads.ts';

export interface Stores extends FigureStores {
  accounts: AccountStore;
  tokens: TokenStore;
  access: AccessStore;
  projects: ProjectStore;
  datasets: DatasetStore;
  items: ItemStore;
  annotations: AnnotationStore;
  annotationTexts: AnnotationTexts;
  publications: PublicationStore;
  archives: ArchiveStore;
  exports: ExportReader;
  uploads: UploadStore;
  teamFiles: TeamFileStore;
  taskData: TaskDataStore;
  pluginIds: PluginIdStore;
  reportPages: ReportPageStore;
  usage: UsageStore;
}
