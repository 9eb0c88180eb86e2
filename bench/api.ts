/**
 * The server's side of what the SDK does: 50 images a request, one request after the other, a new connection for each.
 *
 *   node bench/api.ts flow    500 images of 99 KB with annotations up, and down again; three times on one server
 *   node bench/api.ts list    a dataset of 100,000 images, page by page
 *
 * Limit beside the flow: a bare Fastify that reads the same bodies and sends the same replies. The client shares the
 * processors with the server, so it says what it uses itself; it makes its bodies before the clock runs, and drops the
 * bytes of pictures as they come.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomFillSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { client, json, multipart, type Request, type Send, type Server } from './support/api-client.ts';
import { freshFolder, mb, median, memoryOf, round, say, timed } from './support/measure.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { count: { type: 'string' } } });
const kind = positionals[0] === 'list' ? 'list' : 'flow';
const BATCH = 50;
const ROUNDS = 3;
const IMAGE_BYTES = 99_000;

/** Seconds of processor a process has used. */
function processorOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const batches = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, at) => all.slice(at * BATCH, (at + 1) * BATCH));

interface TokenPage {
  after: string | null;
}

interface Row {
  id: number;
  name: string;
}

function images(count: number): Buffer[] {
  // Pixels in front, then bytes nobody else has.
  const head = encode({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3), channels: 3 });
  return Array.from({ length: count }, () => {
    const bytes = randomFillSync(Buffer.alloc(IMAGE_BYTES), head.length);
    bytes.set(head);
    return bytes;
  });
}

const annotation = {
  description: '',
  size: { height: 8, width: 8 },
  tags: [],
  objects: Array.from({ length: 10 }, () => ({
    classTitle: 'car',
    geometryType: 'rectangle',
    shape: 'rectangle',
    tags: [],
    points: {
      exterior: [
        [1, 1],
        [5, 5],
      ],
      interior: [],
    },
  })),
};

/** `bodies` hold the files, some in each. */
async function up(send: Send, projectId: number, bodies: readonly Request[]): Promise<number> {
  const ask = async <T>(request: Request): Promise<T> => JSON.parse((await send(request)).toString()) as T;
  const dataset = await ask<Row>(json('datasets.add', { projectId, name: randomUUID(), parentId: null }));
  await ask(json('images.internal.hashes.list', []));
  const rows: Row[] = [];
  const hashes: string[] = [];
  for (const body of bodies) {
    const stored = await ask<{ hash: string }[]>(body);
    hashes.push(...stored.map((one) => one.hash));
  }
  const named = hashes.map((hash, at) => ({ title: `${at}.png`, hash, meta: {} }));
  for (const batch of batches(named))
    rows.push(...(await ask<Row[]>(json('images.bulk.add', { datasetId: dataset.id, images: batch }))));
  await ask(json('images.info', { id: rows[0]?.id }));
  for (const batch of batches(rows)) {
    const annotations = batch.map(({ id }) => ({ imageId: id, annotation }));
    await ask(json('annotations.bulk.add', { datasetId: dataset.id, annotations }));
  }
  return dataset.id;
}

async function down(send: Send, projectId: number, datasetId: number): Promise<void> {
  const about = [
    json('projects.info', { id: projectId }),
    json('datasets.list', { projectId, recursive: true }),
  ];
  await send(json('projects.meta', { id: projectId }));
  for (const request of about) await send(request);
  const listed = await send(json('images.list', { datasetId, filter: [], sort: 'id', sort_order: 'asc' }));
  const { entities } = JSON.parse(listed.toString()) as { entities: Row[] };
  for (const batch of batches(entities.map((one) => one.id))) {
    await send(json('images.bulk.download', { datasetId, imageIds: batch }), { drop: true });
    await send(json('annotations.bulk.info', { datasetId, imageIds: batch, integerCoords: false }));
  }
  for (const request of about) await send(request);
}

interface Part {
  seconds: number;
  /** Seconds of the server and of this process. */
  processor: number;
  ownProcessor: number;
  requests: number;
}

async function measured<T>(server: Server, way: (send: Send) => Promise<T>): Promise<Part & { value: T }> {
  const plain = client(server);
  let requests = 0;
  const before = processorOf(server.pid);
  const own = process.cpuUsage();
  const { seconds, value } = await timed(() =>
    way((request, options) => {
      requests += 1;
      return plain(request, options);
    }),
  );
  const { user, system } = process.cpuUsage(own);
  const processor = processorOf(server.pid) - before;
  return { seconds, processor, ownProcessor: (user + system) / 1e6, requests, value };
}

/** What is asked and answered on the way, whole. */
async function recorded<T>(
  server: Server,
  way: (send: Send) => Promise<T>,
): Promise<{ kept: { request: Request; reply: Buffer; drop: boolean }[]; value: T }> {
  const plain = client(server);
  const kept: { request: Request; reply: Buffer; drop: boolean }[] = [];
  const value = await way(async (request, options) => {
    const reply = await plain(request);
    kept.push({ request, reply, drop: options?.drop ?? false });
    return reply;
  });
  return { kept, value };
}

async function bareServer(replies: readonly Buffer[]): Promise<Server & { process: ChildProcess }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'support', 'bare-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.send(replies);
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, token: 'x', pid: child.pid ?? 0, process: child };
}

const figures = (part: Part, count: number): Record<string, number> => ({
  imagesPerSecond: Math.round(count / part.seconds),
  processorMsPerRequest: round((part.processor * 1000) / part.requests),
  processorMsPerImage: round((part.processor * 1000) / count),
  clientMsPerImage: round((part.ownProcessor * 1000) / count),
});

const best = (parts: readonly Part[]): Part =>
  parts.reduce((one, other) => (other.processor < one.processor ? other : one));

async function flow(server: Server, count: number): Promise<void> {
  const { api } = await tools(server);
  const { id: projectId } = await api<Row>('projects.add', { name: 'bench', workspaceId: 1 });
  const meta = { classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }], tags: [] };
  await api('projects.meta.update', { id: projectId, meta });
  const bodies = (): Request[] =>
    batches(images(count)).map((batch) => multipart('images.bulk.upload', batch));

  const ups: Part[] = [];
  const downs: Part[] = [];
  for (let at = 0; at < ROUNDS; at++) {
    const sent = bodies();
    const upward = await measured(server, (send) => up(send, projectId, sent));
    ups.push(upward);
    downs.push(await measured(server, (send) => down(send, projectId, upward.value)));
  }
  const { peak } = memoryOf(server.pid);

  const upward = await recorded(server, (send) => up(send, projectId, bodies()));
  const downward = await recorded(server, (send) => down(send, projectId, upward.value));
  const kept = [...upward.kept, ...downward.kept];
  const bare = await bareServer(kept.map((one) => one.reply));
  try {
    const again = (part: typeof kept) => async (send: Send) => {
      for (const { request, drop } of part) await send(request, { drop });
    };
    const bareUps: Part[] = [];
    const bareDowns: Part[] = [];
    for (let at = 0; at < ROUNDS; at++) {
      bareUps.push(await measured(bare, again(upward.kept)));
      bareDowns.push(await measured(bare, again(downward.kept)));
    }
    const said = (parts: readonly Part[]) => ({
      first: figures(parts[0] as Part, count),
      best: figures(best(parts), count),
    });
    say('api flow', {
      images: count,
      rounds: ROUNDS,
      up: said(ups),
      down: said(downs),
      bareUp: said(bareUps),
      bareDown: said(bareDowns),
      peakMb: mb(peak),
    });
  } finally {
    bare.process.kill();
  }
}

async function tools(server: Server) {
  const send = client(server);
  const api = async <T = unknown>(method: string, body: unknown): Promise<T> =>
    JSON.parse((await send(json(method, body))).toString()) as T;
  return { api };
}

async function list(server: Server, count: number): Promise<void> {
  const { api } = await tools(server);
  const { id: projectId } = await api<Row>('projects.add', { name: 'bench', workspaceId: 1 });
  const { id: datasetId } = await api<Row>('datasets.add', { projectId, name: 'ds' });
  const AT_ONCE = 5000;
  for (let from = 0; from < count; from += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => `${from + at}.png`);
    const links = names.map((name) => ({ name, link: `https://example.com/${name}` }));
    await api('images.bulk.add', { datasetId, images: links });
  }
  const before = memoryOf(server.pid).now;
  const pages: number[] = [];
  let seen = 0;
  for (let page = 1, pagesCount = 1; page <= pagesCount; page++) {
    const { seconds, value } = await timed(() =>
      api<{ pagesCount: number; entities: Row[] }>('images.list', { datasetId, page }),
    );
    pages.push(seconds * 1000);
    pagesCount = value.pagesCount;
    seen += value.entities.length;
  }
  const tokens: number[] = [];
  let after: string | null = '';
  while (after !== null) {
    const asked: object = { datasetId, pagination_mode: 'token', after };
    const { seconds, value } = await timed(() => api<TokenPage>('images.list', asked));
    tokens.push(seconds * 1000);
    after = value.after;
  }
  if (seen !== count) throw new Error(`expected ${count} images, got ${seen}`);
  const tenth = Math.ceil(pages.length / 10);
  say('api list', {
    images: count,
    pages: pages.length,
    msPage: round(median(pages)),
    msFirstPages: round(median(pages.slice(0, tenth))),
    msLastPages: round(median(pages.slice(-tenth))),
    msToken: round(median(tokens)),
    rssBeforeMb: mb(before),
    rssAfterMb: mb(memoryOf(server.pid).now),
  });
}

const { folder, remove } = freshFolder('api');
const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  command: 'platform',
  flags: { 'log-level': 'info' },
});
try {
  const server = { url: daemon.url, token: daemon.adminToken(), pid: daemon.process.pid ?? 0 };
  if (kind === 'list') await list(server, Number(values.count ?? 100_000));
  else await flow(server, Number(values.count ?? 500));
} finally {
  await daemon.kill();
  remove();
}
