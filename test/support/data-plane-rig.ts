/**
 * The data plane on a real socket over real stores and blobs, with the agent's own client to call it. Who holds
 * which attempt is what the test says. Ends with the test that started it.
 */
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Transfer } from '../../src/agent/ports/platform.ts';
import { createFileHasher } from '../../src/agent/transfer/file-hasher.ts';
import { createPlatformClient } from '../../src/agent/transfer/platform-client.ts';
import { createPlatformHttp, type PlatformHttp } from '../../src/agent/transfer/platform-http.ts';
import { createTransfer } from '../../src/agent/transfer/transfer.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { createAuth } from '../../src/platform/api/auth/auth.ts';
import { registerDataPlane } from '../../src/platform/api/data-plane/data-plane.ts';
import { createHttpServer } from '../../src/platform/api/http/http-server.ts';
import { createFolderBlobStore, type FolderBlobStore } from '../../src/platform/blobs/folder-blob-store.ts';
import { recordBlobs } from '../../src/platform/blobs/recorded-blobs.ts';
import { createMediaReader } from '../../src/platform/media/media-reader.ts';
import type { TaskView } from '../../src/platform/ports/tasks.ts';
import { type Database, openDatabase } from '../../src/platform/store/database.ts';
import type { BlobRecords, TrashStore } from '../../src/platform/store/repositories/blobs.ts';
import type { Stores } from '../../src/platform/store/repositories/stores.ts';
import { createStores } from '../../src/platform/store/stores.ts';
import type { RunRecord } from '../../src/protocol/run-record.ts';
import { tempFolder } from './temp-folder.ts';

export interface DataPlaneRig {
  folder: string;
  url: string;
  db: Database;
  stores: Stores & { blobs: BlobRecords; trash: TrashStore };
  blobs: FolderBlobStore;
  reports: Map<string, string>;
  runs: Map<string, RunRecord>;
  /** Attempt -> agent that holds it. */
  hold(key: string, attempt: number, agentId?: number): void;
  /** An agent of its own: connections, token, hash cache. `deadlineMs` of its repetitions. */
  agent(options?: { token?: string; url?: string; deadlineMs?: number }): RigAgent;
  count(table: 'items' | 'annotations' | 'datasets' | 'projects' | 'publication_segments'): Promise<number>;
}

export interface RigAgent {
  http: PlatformHttp;
  client: ReturnType<typeof createPlatformClient>;
  transfer: Transfer;
}

export async function startDataPlane(options: { partSize?: number } = {}): Promise<DataPlaneRig> {
  const folder = tempFolder('data-plane');
  mkdirSync(path.join(folder, 'source'));
  const log = silentLogger();
  const clock = systemClock;
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const stores = createStores(db, { clock });
  const auth = await createAuth({ stores, clock, log });
  const disk = createFolderBlobStore(path.join(folder, 'blobs'), { clock, log, ...options });
  const blobs = recordBlobs(disk, stores.blobs);
  const held = new Map<string, { attempt: number; agentId: number }>();
  const reports = new Map<string, string>();
  const runs = new Map<string, RunRecord>();

  const app = createHttpServer({ log, clock });
  registerDataPlane(app, {
    stores,
    blobs,
    media: createMediaReader({ blobs, store: stores.media, log }),
    log,
    auth,
    agents: {
      authenticate: async (token) => {
        const agentId = Number(/^agent-(\d+)$/.exec(token)?.[1]);
        return Number.isInteger(agentId) ? { agentId, teamId: null } : undefined;
      },
      register: async () => undefined,
      support: { make: notHere, put: notHere, bytes: () => undefined },
    },
    tasks: {
      async assertHeld(key, attempt, agentId) {
        const now = held.get(key);
        if (now === undefined)
          throw new SlyError('SLY_TASK_UNKNOWN', { detail: `task ${key}`, retryable: true });
        if (now.attempt !== attempt || now.agentId !== agentId)
          throw new SlyError('SLY_LEASE_LOST', { detail: `attempt ${attempt} of ${key}` });
        return { key, attempt, workspaceId: null, teamId: null } as TaskView;
      },
      async putReport(key, attempt, body: Readable) {
        const chunks: Buffer[] = [];
        for await (const chunk of body) chunks.push(chunk as Buffer);
        reports.set(`${key}.${attempt}`, Buffer.concat(chunks).toString());
      },
      async putRun(key, attempt, record) {
        runs.set(`${key}.${attempt}`, record);
      },
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    await app.close();
    await disk.close();
    await db.close();
  });

  return {
    folder,
    url,
    db,
    stores,
    blobs,
    reports,
    runs,
    hold: (key, attempt, agentId = 1) => void held.set(key, { attempt, agentId }),
    agent: ({ token = 'agent-1', url: other = url, deadlineMs = 20_000 } = {}) => {
      const http = createPlatformHttp({ url: other, token, deadlineMs, clock, log });
      const hasher = createFileHasher();
      onTestFinished(async () => {
        await http.close();
        await hasher.close();
      });
      const hashes = { get: () => undefined, put: () => undefined };
      return { http, client: createPlatformClient(http), transfer: createTransfer({ http, hasher, hashes }) };
    },
    async count(table) {
      const row = await db.kysely
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}

export const never = new AbortController().signal;

const notHere = async (): Promise<never> => {
  throw new SlyError('SLY_NOT_FOUND', { detail: 'not part of this rig' });
};
