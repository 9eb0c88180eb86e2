/**
 * The calls of the official Python SDK in TypeScript: the bytes on the wire and the order of calls as the client sends
 * them. What it does wrong on purpose (order of fields, missing keys) is kept.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ApiServer } from './api-server.ts';

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');
export const hexKey = (): string => randomUUID().replaceAll('-', '');

export interface Added {
  id: number;
  name: string;
}
interface Page<T> {
  total: number;
  perPage: number;
  pagesCount: number;
  entities: T[];
}

export interface SdkClient {
  api: ApiServer['api'];
  /** A project with this meta, and one dataset `ds`. */
  project(type: string, meta: object): Promise<Made>;
  /** `*.bulk.upload`: the hashes in order. */
  upload(method: string, files: readonly Uint8Array[], mime: string): Promise<string[]>;
  /** Pages added up as the SDK does; raises when they do not make the total. */
  listAll<T = Added>(method: string, body: object, perPage?: number): Promise<T[]>;
  download(
    method: string,
    id: number,
    range?: string,
  ): Promise<{ status: number; bytes: Buffer; headers: Headers }>;
  uploadGeometries(
    geometries: readonly { id: number; bytes: Uint8Array; mime?: string }[],
  ): Promise<Response>;
  downloadGeometries(ids: readonly number[]): Promise<Map<number, Buffer>>;
  downloadImages(datasetId: number, ids: readonly number[]): Promise<Map<number, Buffer>>;
  /** Without the check of the status. */
  post(method: string, body: unknown): Promise<Response>;
}

export interface Made {
  projectId: number;
  datasetId: number;
  classId(title: string): number;
  tagId(name: string): number;
}

export function sdkClient(server: ApiServer): SdkClient {
  const { api, url, token } = server;
  const address = (method: string): string => `${url}/public/api/v3/${method}`;

  const post = (method: string, body: unknown): Promise<Response> =>
    fetch(address(method), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': token },
      body: JSON.stringify(body),
    });

  const postParts = (method: string, parts: readonly Part[]): Promise<Response> => {
    // As `requests-toolbelt` writes it: 32 hex digits, CRLF, Content-Length known.
    const boundary = randomBytes(16).toString('hex');
    return fetch(address(method), {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'x-api-key': token },
      body: new Uint8Array(multipart(boundary, parts)),
    });
  };

  async function downloadParts(method: string, body: object): Promise<Map<number, Buffer>> {
    const response = await post(method, body);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const boundary = /boundary=(.+)$/.exec(response.headers.get('content-type') ?? '')?.[1] ?? '';
    return partsByName(Buffer.from(await response.arrayBuffer()), boundary);
  }

  return {
    api,
    post,

    async project(type, meta) {
      const teams = await api<Page<Added>>('teams.list', { filter: [] });
      const workspaces = await api<Page<Added>>('workspaces.list', {
        teamId: teams.entities[0]?.id,
        filter: [],
      });
      const workspaceId = workspaces.entities[0]?.id;
      const name = `${type} ${randomUUID()}`;
      const project = await api<Added>('projects.add', {
        workspaceId,
        name,
        description: '',
        type,
        readme: null,
      });
      await api('projects.meta.update', { id: project.id, meta: { projectType: type, ...meta } });
      await api('projects.settings.update', { id: project.id, settings: { groupImages: false } });
      const dataset = await api<Added>('datasets.add', {
        projectId: project.id,
        name: 'ds',
        description: '',
        parentId: null,
      });
      const all = async (method: string): Promise<Map<string, number>> => {
        const page = await api<Page<Added>>(method, { projectId: project.id, filter: [] });
        return new Map(page.entities.map((one) => [one.name, one.id]));
      };
      const [classes, tags] = [await all('advanced.object_classes.list'), await all('tags.list')];
      return {
        projectId: project.id,
        datasetId: dataset.id,
        classId: (title) => classes.get(title) ?? 0,
        tagId: (tag) => tags.get(tag) ?? 0,
      };
    },

    async upload(method, files, mime) {
      const known = await api<string[]>('images.internal.hashes.list', files.map(hashOf));
      const missing = files.filter((bytes) => !known.includes(hashOf(bytes)));
      if (missing.length > 0) {
        const parts = missing.map((bytes, k) => ({ name: `${k}-file`, filename: String(k), mime, bytes }));
        const response = await postParts(method, parts);
        const received = (await response.json()) as { hash: string }[];
        const sent = missing.map(hashOf);
        if (JSON.stringify(received.map((one) => one.hash)) !== JSON.stringify(sent))
          throw new Error(`${method}: hashes do not fit: ${JSON.stringify(received)}`);
      }
      return files.map(hashOf);
    },

    async listAll(method, body, perPage) {
      const request = { filter: [], sort: 'id', sort_order: 'asc', ...body };
      const first = await api<Page<never>>(method, {
        ...request,
        ...(perPage !== undefined && { per_page: perPage }),
      });
      const entities = [...first.entities];
      for (let page = 2; page <= first.pagesCount; page++) {
        const next = await api<Page<never>>(method, { ...request, page, per_page: first.perPage });
        entities.push(...next.entities);
      }
      if (entities.length !== first.total) throw new Error(`${method}: some items are missed`);
      return entities;
    },

    async download(method, id, range) {
      const response = await fetch(address(method), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': token,
          ...(range !== undefined && { range }),
        },
        body: JSON.stringify({ id }),
      });
      return {
        status: response.status,
        bytes: Buffer.from(await response.arrayBuffer()),
        headers: response.headers,
      };
    },

    uploadGeometries: (geometries) =>
      postParts(
        'figures.bulk.upload.geometry',
        geometries.flatMap(({ id, bytes, mime = 'application/octet-stream' }): Part[] => [
          { name: 'figureId', bytes: Buffer.from(String(id)) },
          { name: 'geometry', filename: String(id), mime, bytes },
        ]),
      ),

    downloadGeometries: (ids) => downloadParts('figures.bulk.download.geometry', { ids }),
    downloadImages: (datasetId, imageIds) => downloadParts('images.bulk.download', { datasetId, imageIds }),
  };
}

interface Part {
  name: string;
  filename?: string;
  mime?: string;
  bytes: Uint8Array;
}

function multipart(boundary: string, parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, mime, bytes }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${
        mime === undefined ? '' : `Content-Type: ${mime}\r\n`
      }\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** The whole body split at the boundary, the id from the first `name="digits"`. */
function partsByName(whole: Buffer, boundary: string): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = whole.indexOf(`--${boundary}\r\n`);
  while (at !== -1) {
    const blank = whole.indexOf('\r\n\r\n', at);
    const next = whole.indexOf(`\r\n--${boundary}`, blank);
    const id = /(^|[\s;])name="(\d*)"/.exec(whole.subarray(at, blank).toString())?.[2];
    found.set(Number(id), whole.subarray(blank + 4, next));
    at = whole.indexOf(`--${boundary}\r\n`, next);
  }
  return found;
}

/** What a server gives of its own: ids, times, and who did it. The rest of two annotations must be equal. */
export function withoutOwn(value: unknown, extra: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutOwn(one, extra));
  if (typeof value !== 'object' || value === null) return value;
  const own = [...OWN, ...extra];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !own.includes(key))
      .map(([key, one]) => [key, withoutOwn(one, extra)]),
  );
}

const OWN = [
  ...['id', 'classId', 'tagId', 'objectId', 'entityId', 'datasetId', 'videoId', 'pointCloudId', 'volumeId'],
  ...['createdAt', 'updatedAt', 'labelerLogin'],
];
