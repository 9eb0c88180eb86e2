/**
 * The embedded platform, put together: database, blobs, agents room, HTTP server. In standalone it lives in
 * the agent's process, but the agent still reaches it over loopback HTTP and WebSocket only.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { writeFileAtomic } from '../lib/atomic-file.ts';
import type { Clock } from '../lib/clock.ts';
import type { Origin } from '../lib/config/options.ts';
import { errnoOf, SlyError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { folderUsage } from '../lib/measure-folder.ts';
import { createReleaseStack } from '../lib/release-stack.ts';
import { packageRoot, programVersion } from '../lib/version.ts';
import { createAgentsRoom } from './agents/agents-room.ts';
import { createAuth } from './api/auth/auth.ts';
import { registerDataPlane } from './api/data-plane/data-plane.ts';
import { createHttpServer } from './api/http/http-server.ts';
import { createSignedLinks, linkSecret } from './api/http/signed-links.ts';
import { registerPublicApi } from './api/public-api.ts';
import { createBrowserUploads } from './api/uploads/browser-uploads.ts';
import { createFolderBlobStore } from './blobs/folder-blob-store.ts';
import { recordBlobs } from './blobs/recorded-blobs.ts';
import { createCloneRunner } from './clones/clone-runner.ts';
import { createGarbageLoop } from './collect-garbage.ts';
import { createMediaReader } from './media/media-reader.ts';
import { createRenditions } from './pictures/renditions.ts';
import type { AgentDirectory } from './ports/agents.ts';
import type { Space } from './ports/keeping.ts';
import { createProjectStatistics } from './statistics/project-statistics.ts';
import { openDatabase } from './store/database.ts';
import { createStores } from './store/stores.ts';
import { registerWeb } from './web/web.ts';

export interface PlatformOptions {
  dataFolder: string;
  listen: { host: string; port: number };
  publicUrl?: string;
  /** Days an archive of an export is kept; 30 when not said. */
  archiveDays?: number;
  archiveDaysFrom?: Origin;
  log: Logger;
  clock: Clock;
}

export interface Platform {
  /** Where it listens, as an agent on this machine reaches it. */
  url(): string;
  /** An address for the browser that logs in once. */
  loginLink(): Promise<string>;
  /** Token of the agent in this process; made at the first start and kept. */
  localAgentToken(name: string): Promise<string>;
  stop(): Promise<void>;
}

const ARCHIVE_DAYS = 30;
const DATABASE_NAME = 'platform.sqlite';
const LOGS = 'logs';

export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { clock, listen } = options;
  const log = options.log.child({ component: 'platform' });
  const root = path.join(options.dataFolder, 'platform');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const releases = createReleaseStack();
  try {
    const db = openDatabase(path.join(root, DATABASE_NAME));
    releases.push('database', () => db.close());
    const stores = createStores(db, { clock });
    const folder = createFolderBlobStore(path.join(root, 'blobs'), { clock, log });
    releases.push('blob store', () => folder.close());
    const blobs = recordBlobs(folder, stores.blobs);
    const media = createMediaReader({ blobs, store: stores.media, log: log.child({ component: 'media' }) });
    const renditions = createRenditions({ folder: path.join(root, 'pictures'), blobs, media, clock });
    releases.push('pictures', () => renditions.close());
    const statistics = createProjectStatistics({
      annotations: stores.annotationTexts,
      labels: stores.labelCounts,
      media,
    });
    releases.push('statistics', () => statistics.close());
    const uploads = createBrowserUploads({ store: stores.uploads, growing: folder.growing, blobs, clock });
    const room = createAgentsRoom({
      db,
      clock,
      log: options.log.child({ component: 'agents' }),
      logsFolder: path.join(root, LOGS),
      version: programVersion(),
      onAttemptEnded: (key, attempt) => stores.publications.dropOpenOf(key, attempt),
    });
    const auth = await createAuth({ stores, clock, log });
    await auth.ensureAdminToken(path.join(root, 'admin-token'));

    const retention = {
      archiveMs: (options.archiveDays ?? ARCHIVE_DAYS) * 24 * 3600_000,
      archiveFrom: options.archiveDaysFrom ?? 'default',
    };
    const garbage = createGarbageLoop({
      trash: stores.trash,
      archives: stores.archives,
      retention,
      records: stores.blobs,
      blobs,
      uploads: {
        pruneUploads: async (before) => (await folder.pruneUploads(before)) + (await uploads.removeExpired()),
      },
      labelCheck: stores.labelCheck,
      clock,
      log: log.child({ component: 'garbage' }),
    });
    const app = createHttpServer({ log: options.log.child({ component: 'http' }), clock });
    const shared = { stores, blobs, tasks: room.tasks, agents: room.directory, auth, clock, log };
    registerDataPlane(app, {
      ...shared,
      media,
      ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    });
    registerPublicApi(app, {
      ...shared,
      links: createSignedLinks({ secret: await linkSecret(path.join(root, 'link-secret')), clock }),
      retention,
      garbage,
      space: () => spaceOf(root, DATABASE_NAME),
      media,
      renditions,
      statistics,
      uploads,
      version: programVersion(),
      listen,
      ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    });
    registerWeb(app, { ...shared, folder: webFolder() });
    room.attach(app.server);

    try {
      await app.listen({ host: listen.host, port: listen.port });
    } catch (cause) {
      const errno = errnoOf(cause);
      throw new SlyError('SLY_LISTEN', {
        detail: `${listen.host}:${listen.port}: ${errno ?? (cause as Error).message}`,
        hint:
          errno === 'EADDRINUSE'
            ? 'Another program listens there; choose another with --listen.'
            : 'Choose another address with --listen.',
        cause,
      });
    }
    releases.push('http server', () => app.close());
    await room.start();
    releases.push('agents room', () => room.stop());
    garbage.start();
    releases.push('garbage', () => garbage.stop());
    const clones = createCloneRunner({
      own: room.ownTasks,
      tasks: room.tasks,
      clones: stores.clones,
      clock,
      log: log.child({ component: 'clones' }),
    });
    clones.start();
    releases.push('clones', () => clones.stop());

    const { port } = app.server.address() as AddressInfo;
    const url = (): string => `http://${reachable(listen.host)}:${port}`;
    // For the commands of this machine (`sly-agent user`), beside the token they use.
    await writeFileAtomic(path.join(root, 'address'), `${url()}\n`, 0o600);
    warnIfOpen(listen.host, options.publicUrl, log);
    return {
      url,
      loginLink: async () => `${options.publicUrl ?? url()}/login?code=${await auth.newLoginCode()}`,
      localAgentToken: (name) => localAgentToken(path.join(root, 'local-agent-token'), name, room.directory),
      stop: () => releases.release(),
    };
  } catch (error) {
    await releases.release();
    throw error;
  }
}

async function localAgentToken(
  file: string,
  name: string,
  agents: Pick<AgentDirectory, 'authenticate' | 'create' | 'renewToken' | 'list'>,
): Promise<string> {
  try {
    const token = readFileSync(file, 'utf8').trim();
    if ((await agents.authenticate(token)) !== undefined) return token;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  // The file was lost, but not the agent: it keeps its tasks.
  const isKnown = (await agents.list()).some((agent) => agent.name === name);
  const { token } = isKnown ? await agents.renewToken(name) : await agents.create(name);
  await writeFileAtomic(file, `${token}\n`, 0o600);
  return token;
}

async function spaceOf(root: string, database: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(root);
  // What was written last may be in the log beside the file only; the log comes and goes.
  const files = [database, `${database}-wal`].map((name) => path.join(root, name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    databaseBytes: sizes.reduce((sum, size) => sum + size, 0),
    logs: await folderUsage(path.join(root, LOGS)),
  };
}

/** Tokens and passwords travel over this address; only TLS keeps them from whoever is in between. */
function warnIfOpen(host: string, publicUrl: string | undefined, log: Logger): void {
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (loopback || publicUrl?.startsWith('https:') === true) return;
  log.warn(
    { host },
    'other machines can reach this address without TLS: put a proxy with TLS in front and set public_url to its https address',
  );
}

/** Everywhere means loopback for who is on this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Made by the build; in the source tree a development build lies in dist/ too. */
function webFolder(): string {
  return path.join(packageRoot(), 'dist', 'web');
}
