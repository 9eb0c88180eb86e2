/** The HTTP side of the platform on a real socket, over a real database, with scripted agents. Ends with the test that started it. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { type Auth, createAuth } from '../../src/platform/api/auth/auth.ts';
import { createHttpServer } from '../../src/platform/api/http/http-server.ts';
import { createSignedLinks } from '../../src/platform/api/http/signed-links.ts';
import { registerPublicApi } from '../../src/platform/api/public-api.ts';
import { createBrowserUploads } from '../../src/platform/api/uploads/browser-uploads.ts';
import { createFolderBlobStore } from '../../src/platform/blobs/folder-blob-store.ts';
import { recordBlobs } from '../../src/platform/blobs/recorded-blobs.ts';
import { previewGarbage } from '../../src/platform/collect-garbage.ts';
import { createMediaReader } from '../../src/platform/media/media-reader.ts';
import { createRenditions } from '../../src/platform/pictures/renditions.ts';
import type { AgentDirectory } from '../../src/platform/ports/agents.ts';
import type { BlobStore } from '../../src/platform/ports/blobs.ts';
import type { Retention } from '../../src/platform/ports/keeping.ts';
import { createProjectStatistics } from '../../src/platform/statistics/project-statistics.ts';
import { type Database, openDatabase } from '../../src/platform/store/database.ts';
import type { Stores } from '../../src/platform/store/repositories/stores.ts';
import { createStores } from '../../src/platform/store/stores.ts';
import { registerWeb } from '../../src/platform/web/web.ts';
import { checkReplies } from './contract.ts';
import { createMemoryBlobs } from './memory-blobs.ts';
import { type PlatformApi, platformApi } from './platform-api.ts';
import { assertNoFullScans } from './query-plans.ts';
import { createScriptedAgents, createScriptedTasks, type ScriptedTasks } from './scripted-agents.ts';

export interface ApiServer {
  url: string;
  token: string;
  api: PlatformApi;
  auth: Auth;
  stores: Stores;
  db: Database;
  blobs: BlobStore;
  /** Everything it keeps; bytes are in `blobs` when it is on disk. */
  folder: string;
  tasks: ScriptedTasks;
  stop(): Promise<void>;
}

export async function startApiServer(
  options: {
    webFolder?: string;
    agents?: AgentDirectory;
    publicUrl?: string;
    onDisk?: boolean;
    retention?: Partial<Retention>;
  } = {},
): Promise<ApiServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-api-'));
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const stores = createStores(db, { clock: systemClock });
  const disk = createFolderBlobStore(path.join(folder, 'blobs'), { clock: systemClock, log: silentLogger() });
  const blobs = options.onDisk === true ? recordBlobs(disk, stores.blobs) : createMemoryBlobs(stores.blobs);
  const media = createMediaReader({ blobs, store: stores.media, log: silentLogger() });
  const pictures = path.join(folder, 'pictures');
  const renditions = createRenditions({ folder: pictures, blobs, media, clock: systemClock });
  const statistics = createProjectStatistics({
    annotations: stores.annotationTexts,
    labels: stores.labelCounts,
    media,
  });
  const uploads = createBrowserUploads({
    store: stores.uploads,
    growing: disk.growing,
    blobs,
    clock: systemClock,
  });
  const retention = { archiveMs: 30 * 24 * 3600_000, ...options.retention };
  const tasks = createScriptedTasks();
  const log = silentLogger();
  const auth = await createAuth({ stores, clock: systemClock, log });
  const token = await auth.ensureAdminToken(path.join(folder, 'admin-token'));
  const app = createHttpServer({ log, clock: systemClock });
  checkReplies(app);
  registerPublicApi(app, {
    stores,
    blobs,
    media,
    renditions,
    statistics,
    uploads,
    tasks: tasks.service,
    agents: options.agents ?? createScriptedAgents(),
    auth,
    links: createSignedLinks({ secret: Buffer.alloc(32, 7), clock: systemClock }),
    space: async () => ({
      freeBytes: 3e9,
      totalBytes: 9e9,
      databaseBytes: 1e6,
      logs: { files: 2, bytes: 3e3 },
    }),
    garbage: {
      state: () => ({ lastAt: null, lastRemoved: null, nextAt: null }),
      preview: () => previewGarbage({ ...stores, records: stores.blobs, retention, clock: systemClock }),
    },
    retention,
    clock: systemClock,
    log,
    version: '0.1.0',
    ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
  });
  registerWeb(app, { folder: options.webFolder ?? path.join(folder, 'web') });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  async function stop(): Promise<void> {
    await app.close();
    await renditions.close();
    await statistics.close();
    await disk.close();
    await db.close();
    assertNoFullScans(path.join(folder, 'platform.sqlite'));
    rmSync(folder, { recursive: true, force: true });
  }
  return { url, token, api: platformApi(url, token), auth, stores, db, blobs, folder, tasks, stop };
}
