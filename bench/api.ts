/**
 * The server's side of what the SDK does: 50 images a request, one request after the other, a new connection for each.
 *
 *   node bench/api.ts flow    500 images of 99 KB with annotations up, and down again
 *   node bench/api.ts list    a dataset of 100,000 images, page by page
 *
 * Limit beside the flow: a bare Fastify that reads the same bodies and sends the same replies.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { freshFolder, mb, median, memoryOf, round, say, timed } from './support/measure.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { count: { type: 'string' } } });
const kind = positionals[0] === 'list' ? 'list' : 'flow';
const BATCH = 50;
const IMAGE_BYTES = 99_000;

interface Server {
  url: string;
  token: string;
  pid: number;
}
interface Request {
  method: string;
  body: Buffer;
  type: string;
}
type Send = (request: Request) => Promise<Buffer>;

const agent = new http.Agent({ keepAlive: false });

function client({ url, token }: Server): Send {
  return ({ method, body, type }) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': body.length, 'x-api-key': token };
      http
        .request(`${url}/public/api/v3/${method}`, { method: 'POST', agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => {
              const reply = Buffer.concat(chunks);
              if (response.statusCode === 200) resolve(reply);
              else reject(new Error(`${method}: ${response.statusCode} ${reply.toString().slice(0, 500)}`));
            });
        })
        .on('error', reject)
        .end(body);
    });
}

const json = (method: string, body: unknown): Request => ({
  method,
  body: Buffer.from(JSON.stringify(body)),
  type: 'application/json',
});

function multipart(method: string, files: readonly Buffer[]): Request {
  const boundary = '0123456789abcdef0123456789abcdef';
  const parts = files.flatMap((file, at) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${at}-file"; filename="${at}"\r\nContent-Type: image/*\r\n\r\n`,
    ),
    file,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { method, body, type: `multipart/form-data; boundary=${boundary}` };
}

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

async function up(send: Send, projectId: number, files: readonly Buffer[]): Promise<number> {
  const ask = async <T>(request: Request): Promise<T> => JSON.parse((await send(request)).toString()) as T;
  const dataset = await ask<Row>(json('datasets.add', { projectId, name: 'ds', parentId: null }));
  await ask(json('images.internal.hashes.list', []));
  const rows: Row[] = [];
  const hashes: string[] = [];
  for (const batch of batches(files)) {
    const stored = await ask<{ hash: string }[]>(multipart('images.bulk.upload', batch));
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
    await send(json('images.bulk.download', { datasetId, imageIds: batch }));
    await send(json('annotations.bulk.info', { datasetId, imageIds: batch, integerCoords: false }));
  }
  for (const request of about) await send(request);
}

interface Part {
  seconds: number;
  processor: number;
  requests: number;
}

/** Runs one way, and keeps what was asked and answered. */
async function measured(
  server: Server,
  way: (send: Send) => Promise<unknown>,
  kept?: { request: Request; reply: Buffer }[],
): Promise<Part & { value: unknown }> {
  const plain = client(server);
  let requests = 0;
  const before = processorOf(server.pid);
  const { seconds, value } = await timed(() =>
    way(async (request) => {
      requests += 1;
      const reply = await plain(request);
      kept?.push({ request, reply });
      return reply;
    }),
  );
  return { seconds, processor: processorOf(server.pid) - before, requests, value };
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
});

async function flow(server: Server, count: number): Promise<void> {
  const { api } = await tools(server);
  const { id: projectId } = await api<Row>('projects.add', { name: 'bench', workspaceId: 1 });
  const meta = { classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }], tags: [] };
  await api('projects.meta.update', { id: projectId, meta });
  const files = images(count);
  const kept: { request: Request; reply: Buffer }[] = [];
  const upward = await measured(server, (send) => up(send, projectId, files), kept);
  const middle = kept.length;
  const downward = await measured(server, (send) => down(send, projectId, upward.value as number), kept);

  const bare = await bareServer(kept.map((one) => one.reply));
  try {
    const again = (from: number, to: number) => async (send: Send) => {
      for (const { request } of kept.slice(from, to)) await send(request);
    };
    const bareUp = await measured(bare, again(0, middle));
    const bareDown = await measured(bare, again(middle, kept.length));
    say('api flow', {
      images: count,
      up: figures(upward, count),
      down: figures(downward, count),
      bareUp: figures(bareUp, count),
      bareDown: figures(bareDown, count),
      shareUp: round(bareUp.seconds / upward.seconds),
      shareDown: round(bareDown.seconds / downward.seconds),
      peakMb: mb(memoryOf(server.pid).peak),
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
