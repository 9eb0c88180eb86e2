/** What the public API is built from. */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { AgentDirectory } from '../ports/agents.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { Garbage, Retention, Space } from '../ports/keeping.ts';
import type { MediaReader } from '../ports/media.ts';
import type { Renditions } from '../ports/pictures.ts';
import type { ProjectStatistics } from '../ports/statistics.ts';
import type { TaskService } from '../ports/tasks.ts';
import type { Stores } from '../store/repositories/stores.ts';
import type { Auth } from './auth/auth.ts';
import type { SignedLinks } from './http/signed-links.ts';
import type { BrowserUploads } from './uploads/browser-uploads.ts';

export interface ApiDeps {
  stores: Stores;
  blobs: BlobStore;
  media: MediaReader;
  renditions: Renditions;
  statistics: ProjectStatistics;
  tasks: TaskService;
  agents: AgentDirectory;
  uploads: BrowserUploads;
  auth: Auth;
  links: SignedLinks;
  retention: Retention;
  garbage: Garbage;
  space(): Promise<Space>;
  clock: Clock;
  log: Logger;
  version: string;
  /** How people reach the platform when that is not the listening address (reverse proxy). */
  publicUrl?: string;
  /** What it was told to listen on; a host name given there is one it answers to. */
  listen?: { host: string; port: number };
}
