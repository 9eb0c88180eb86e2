/** The platform's stores in memory: what the public API and the page need of them, for tests without a database. */
import type { ImageAnnotation, ProjectMeta } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { BlobStore } from '../../src/platform/ports.ts';
import {
  type ArchiveRow,
  type DatasetRow,
  type Filter,
  type ItemRow,
  type Listed,
  type ListQuery,
  type MetaEntryRow,
  NameClash,
  type ProjectRow,
  type Stores,
} from '../../src/platform/store/repositories.ts';

const TIME = '2026-01-02T03:04:05.000Z';
const missing = (what: string) => new SlyError('SLY_NOT_FOUND', { detail: what });

export function createMemoryStores(blobs: BlobStore): Stores {
  const tokens = new Map<string, { kind: 'api' | 'session' | 'login'; userId: number; expiresAt?: number }>();
  const workspaces = [{ id: 1, teamId: 1, name: 'main', description: '', createdAt: TIME, updatedAt: TIME }];
  const projects = new Map<number, ProjectRow>();
  const metas = new Map<number, ProjectMeta>();
  const datasets = new Map<number, DatasetRow>();
  const items = new Map<number, ItemRow>();
  const annotations = new Map<
    number,
    { annotation: ImageAnnotation; subpixel: boolean; updatedAt: string }
  >();
  const archives = new Map<number, ArchiveRow>();
  let lastId = 0;
  const nextId = () => ++lastId;

  function dataset(id: number): DatasetRow {
    const row = datasets.get(id);
    if (row === undefined) throw missing(`dataset ${id}`);
    return row;
  }
  function entries(projectId: number, key: 'classes' | 'tags'): MetaEntryRow[] {
    return (metas.get(projectId)?.[key] ?? []).map((entry) => {
      const { id, ...json } = entry as Record<string, unknown>;
      const name = String(key === 'classes' ? json.title : json.name);
      return { id: Number(id), projectId, name, json, createdAt: TIME, updatedAt: TIME };
    });
  }

  return {
    accounts: {
      seed: async () => ({ userId: 1, teamId: 1, workspaceId: 1 }),
      user: async (id) => (id === 1 ? { id, login: 'admin', name: 'Admin', role: 'admin' } : undefined),
      putToken: async ({ secretHash, ...token }) => void tokens.set(secretHash, token),
      findToken: async (hash, now) => {
        const token = tokens.get(hash);
        return token === undefined || (token.expiresAt ?? Number.POSITIVE_INFINITY) <= now
          ? undefined
          : token;
      },
      takeToken: async (hash, kind, now) => {
        const token = tokens.get(hash);
        if (token?.kind !== kind || (token.expiresAt ?? 0) <= now) return undefined;
        tokens.delete(hash);
        return token;
      },
      removeToken: async (hash) => void tokens.delete(hash),
      pruneTokens: async () => undefined,
      teams: async (query) =>
        listed([{ id: 1, name: 'team', description: '', createdAt: TIME, updatedAt: TIME }], query),
      workspaces: async (query) =>
        listed(
          workspaces.filter((one) => query.teamId === undefined || one.teamId === query.teamId),
          query,
        ),
      addWorkspace: async (workspace) => {
        const id = nextId() + 1;
        workspaces.push({ id, ...workspace, createdAt: TIME, updatedAt: TIME });
        return id;
      },
    },
    projects: {
      list: async (query) => listed([...projects.values()], query),
      get: async (id) => projects.get(id),
      add: async (wanted) => {
        if ([...projects.values()].some((one) => one.name === wanted.name))
          throw new SlyError('SLY_NOT_UNIQUE', { detail: wanted.name });
        const row: ProjectRow = {
          id: nextId(),
          teamId: 1,
          description: '',
          readme: '',
          settings: {},
          customData: {},
          itemsCount: 0,
          datasetsCount: 0,
          size: 0,
          createdBy: null,
          createdAt: TIME,
          updatedAt: TIME,
          ...wanted,
        };
        projects.set(row.id, row);
        metas.set(row.id, { classes: [], tags: [] });
        return row;
      },
      update: async (id, changes) => {
        const row = projects.get(id);
        if (row === undefined) throw missing(`project ${id}`);
        projects.set(id, { ...row, ...changes });
        return { ...row, ...changes };
      },
      archive: async (id) => void projects.delete(id),
      meta: async (id) => metas.get(id) ?? { classes: [], tags: [] },
      putMeta: async (id, meta) => {
        const before = metas.get(id) ?? { classes: [], tags: [] };
        const stored = {
          ...meta,
          classes: meta.classes.map((one) => ({
            ...one,
            id: before.classes.find((old) => old.title === one.title)?.id ?? nextId(),
          })),
          tags: meta.tags.map((one) => ({
            ...one,
            id: before.tags.find((old) => old.name === one.name)?.id ?? nextId(),
          })),
        };
        metas.set(id, stored);
        return stored;
      },
      classes: async (projectId, query) => listed(entries(projectId, 'classes'), query),
      tags: async (projectId, query) => listed(entries(projectId, 'tags'), query),
    },
    datasets: {
      list: async (query) => {
        const all = [...datasets.values()].filter((one) => one.projectId === query.projectId);
        const byParent = query.filter?.some((one) => one.field === 'parentId') === true;
        return listed(query.recursive || byParent ? all : all.filter((one) => one.parentId === null), query);
      },
      get: async (id) => datasets.get(id),
      add: async (wanted) => {
        const parent = wanted.parentId === null ? undefined : dataset(wanted.parentId);
        const row: DatasetRow = {
          id: nextId(),
          teamId: 1,
          workspaceId: 1,
          path: parent === undefined ? wanted.name : `${parent.path}/${wanted.name}`,
          description: '',
          customData: {},
          itemsCount: 0,
          size: 0,
          createdBy: null,
          createdAt: TIME,
          updatedAt: TIME,
          ...wanted,
        };
        datasets.set(row.id, row);
        return row;
      },
      update: async (id, changes) => {
        datasets.set(id, { ...dataset(id), ...changes });
        return dataset(id);
      },
      archive: async (id) => void datasets.delete(id),
    },
    items: {
      list: async (query) =>
        listed(
          [...items.values()].filter(
            (one) =>
              one.datasetId === query.datasetId ||
              (query.datasetId === undefined && one.projectId === query.projectId),
          ),
          query,
        ),
      get: async (ids) => ids.flatMap((id) => items.get(id) ?? []),
      add: async (datasetId, wanted) => {
        const { projectId } = dataset(datasetId);
        const names = new Set(wanted.map((one) => one.name));
        const taken = [...items.values()].filter((one) => one.datasetId === datasetId && names.has(one.name));
        if (taken.length > 0)
          throw new SlyError('SLY_NOT_UNIQUE', {
            detail: taken[0]!.name,
            cause: new NameClash(taken.map(({ id, name }) => ({ id, name }))),
          });
        const rows: ItemRow[] = [];
        for (const one of wanted) {
          const size = one.sha256 === undefined ? 0 : await blobs.size(one.sha256);
          if (size === undefined) throw missing(`blob ${one.sha256}`);
          rows.push({
            id: nextId(),
            projectId,
            datasetId,
            type: 'images',
            name: one.name,
            sha256: one.sha256 ?? null,
            link: one.link ?? null,
            size,
            mime: one.mime ?? (one.name.endsWith('.svg') ? 'image/svg+xml' : 'image/png'),
            width: one.width ?? 64,
            height: one.height ?? 48,
            meta: one.meta ?? {},
            createdAt: TIME,
            updatedAt: TIME,
          });
        }
        for (const row of rows) items.set(row.id, row);
        dataset(datasetId).itemsCount += rows.length;
        return rows;
      },
      update: async (id, changes) => {
        const row = { ...items.get(id)!, ...changes };
        items.set(id, row);
        return row;
      },
      remove: async (ids) => {
        for (const id of ids) items.delete(id);
      },
    },
    annotations: {
      put: async (rows, { subpixel }) => {
        for (const { itemId, annotation } of rows)
          annotations.set(itemId, { annotation, subpixel, updatedAt: TIME });
      },
      get: async (ids) =>
        ids.map((itemId) => {
          const item = items.get(itemId)!;
          const empty = {
            description: '',
            size: { width: item.width ?? 0, height: item.height ?? 0 },
            tags: [],
            objects: [],
          };
          const stored = annotations.get(itemId) ?? { annotation: empty, subpixel: false };
          return { itemId, itemName: item.name, createdAt: TIME, updatedAt: TIME, ...stored };
        }),
    },
    archives: {
      register: async (taskKey, request) => {
        const row = { id: nextId(), taskKey, createdAt: TIME, ...request };
        archives.set(row.id, row);
        return row;
      },
      get: async (id) => archives.get(id),
    },
    publications: unused('publications'),
    exports: unused('exports'),
  };
}

function unused<T extends object>(what: string): T {
  return new Proxy({} as T, {
    get: () => {
      throw new Error(`the public API asked for ${what}`);
    },
  });
}

function listed<T extends { id: number }>(rows: readonly T[], query: ListQuery): Listed<T> {
  const fitting = rows.filter((row) => (query.filter ?? []).every((one) => fits(row, one)));
  fitting.sort((a, b) => (query.order === 'desc' ? b.id - a.id : a.id - b.id));
  const { perPage, page = 1, after } = query;
  if (after !== undefined)
    return { total: fitting.length, entities: fitting.filter((row) => row.id > after).slice(0, perPage) };
  return { total: fitting.length, entities: fitting.slice((page - 1) * perPage, page * perPage) };
}

function fits(row: object, { field, operator, value }: Filter): boolean {
  if (!(field in row)) throw new SlyError('SLY_USAGE', { detail: `there is no field ${field}` });
  const own = (row as Record<string, unknown>)[field];
  if (operator === '=') return own === value;
  if (operator === '!=') return own !== value;
  if (operator === 'in') return (value as unknown[]).includes(own);
  if (operator === '!in') return !(value as unknown[]).includes(own);
  if (operator === '>') return Number(own) > Number(value);
  if (operator === '<') return Number(own) < Number(value);
  if (operator === '>=') return Number(own) >= Number(value);
  if (operator === '<=') return Number(own) <= Number(value);
  return String(own).toLowerCase().includes(String(value).replaceAll('%', '').toLowerCase());
}
