/** What the data plane is built from. */
import type { Logger } from '../../../lib/log.ts';
import type { AgentDirectory } from '../../ports/agents.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { MediaReader } from '../../ports/media.ts';
import type { TaskService } from '../../ports/tasks.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import type { Auth } from '../auth/auth.ts';

export interface DataPlaneDeps {
  stores: Pick<
    Stores,
    | 'publications'
    | 'projects'
    | 'exports'
    | 'archives'
    | 'datasets'
    | 'items'
    | 'annotations'
    | 'objects'
    | 'figures'
    | 'entityTags'
  >;
  blobs: BlobStore;
  media: Pick<MediaReader, 'videos' | 'volumeMeta'>;
  tasks: Pick<TaskService, 'assertHeld' | 'putReport' | 'putRun'>;
  agents: Pick<AgentDirectory, 'authenticate' | 'register' | 'support'>;
  auth: Pick<Auth, 'newTaskToken' | 'limit'>;
  publicUrl?: string;
  log: Logger;
}
