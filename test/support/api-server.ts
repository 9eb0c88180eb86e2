/** The HTTP side of the platform on a real socket, over a real database, with scripted agents. Ends with the test that started it. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { type Auth, createAuth } from '../../src/platform/api/auth.ts';
import { createHttpServer } from '../../src/platform/api/http-server.ts';
import { registerPublicApi } from '../../src/platform/api/public-api.ts';
import type { AgentDirectory, BlobStore } from '../../src/platform/ports.ts';
import { openDatabase } from '../../src/platform/store/database.ts';
import type { Stores } from '../../src/platform/store/repositories.ts';
import { createStores } from '../../src/platform/store/stores.ts';
import { registerWeb } from '../../src/platform/web/web.ts';
import { createMemoryBlobs } from './memory-blobs.ts';
import { type PlatformApi, platformApi } from './platform-api.ts';
import { createScriptedAgents, createScriptedTasks, type ScriptedTasks } from './scripted-agents.ts';

export interface ApiServer {
  url: string;
  token: string;
  api: PlatformApi;
  auth: Auth;
  stores: Stores;
  blobs: BlobStore;
  tasks: ScriptedTasks;
  stop(): Promise<void>;
}

export async function startApiServer(
  options: { webFolder?: string; agents?: AgentDirectory; publicUrl?: string } = {},
): Promise<ApiServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-api-'));
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const stores = createStores(db, { clock: systemClock });
  const blobs = createMemoryBlobs(stores.blobs);
  const tasks = createScriptedTasks();
  const log = silentLogger();
  const auth = await createAuth({ stores, clock: systemClock, log });
  const token = await auth.ensureAdminToken(path.join(folder, 'admin-token'));
  const app = createHttpServer({ log, clock: systemClock });
  registerPublicApi(app, {
    stores,
    blobs,
    tasks: tasks.service,
    agents: options.agents ?? createScriptedAgents(),
    auth,
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
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { url, token, api: platformApi(url, token), auth, stores, blobs, tasks, stop };
}
