/** One good request for every method of sections 2.1 to 2.3 of the API's specification, and the keys its reply must have. */
import type { PlatformApi } from './platform-api.ts';

export interface Fixture {
  api: PlatformApi;
  /** A new name at every call. */
  name(): string;
  /** Base64 SHA-256 of bytes the server has. */
  hash: string;
  projectId: number;
  datasetId: number;
  imageId: number;
  tagId: number;
}

export interface Case {
  body(given: Fixture): Promise<unknown> | unknown;
  /** Paths the reply must have; `[]` = in each, of at least one. */
  keys: readonly string[];
  /** Asking twice gives the same. */
  reads?: true;
}

export async function newFixture(api: PlatformApi, hash: string): Promise<Fixture> {
  let count = 0;
  const name = (): string => `n${++count}`;
  const project = await api<{ id: number }>('projects.add', { name: 'contract', workspaceId: 1 });
  const meta = await api<{ tags: { id: number }[] }>('projects.meta.update', {
    id: project.id,
    meta: {
      classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }],
      tags: [{ name: 'wet', value_type: 'any_string', color: '#00FF00' }],
    },
  });
  const dataset = await api<{ id: number }>('datasets.add', { projectId: project.id, name: 'ds' });
  const [image] = await api<{ id: number }[]>('images.bulk.add', {
    datasetId: dataset.id,
    images: [{ name: 'a.png', hash }],
  });
  return {
    api,
    name,
    hash,
    projectId: project.id,
    datasetId: dataset.id,
    imageId: image?.id ?? 0,
    tagId: meta.tags[0]?.id ?? 0,
  };
}

const list = (...keys: string[]) => [
  'total',
  'perPage',
  'pagesCount',
  'entities',
  ...keys.map((key) => `entities[].${key}`),
];
const newProject = async ({ api, name }: Fixture) =>
  (await api<{ id: number }>('projects.add', { name: name(), workspaceId: 1 })).id;
const newDataset = async ({ api, name, projectId }: Fixture, parentId: number | null = null) =>
  (await api<{ id: number }>('datasets.add', { name: name(), projectId, parentId })).id;
const newImage = async ({ api, name, datasetId, hash }: Fixture): Promise<number> => {
  const [image] = await api<{ id: number }[]>('images.bulk.add', {
    datasetId,
    images: [{ title: name(), hash }],
  });
  return image?.id ?? 0;
};
const annotation = {
  description: '',
  size: { height: 8, width: 8 },
  tags: [{ name: 'wet', value: 'very' }],
  objects: [
    {
      classTitle: 'car',
      geometryType: 'rectangle',
      tags: [],
      points: {
        exterior: [
          [1, 1],
          [4, 4],
        ],
        interior: [],
      },
    },
  ],
};
const ANNOTATION = [
  'imageId',
  'imageName',
  'annotation.size.height',
  'annotation.objects',
  'createdAt',
  'updatedAt',
  'datasetId',
];
const each = (keys: readonly string[]) => keys.map((key) => `[].${key}`);

export const CASES: Readonly<Record<string, Case>> = {
  // ---- 2.1
  'instance.version': { body: () => ({}), keys: ['version'], reads: true },
  'users.me': { body: () => ({}), keys: ['id', 'login'], reads: true },
  'teams.list': { body: () => ({}), keys: list('id', 'name', 'description', 'role'), reads: true },
  'teams.info': { body: () => ({ id: 1 }), keys: ['id', 'name', 'createdAt', 'updatedAt'], reads: true },
  'workspaces.list': { body: () => ({ teamId: 1 }), keys: list('id', 'name', 'teamId'), reads: true },
  'workspaces.info': { body: () => ({ id: 1 }), keys: ['id', 'name', 'teamId', 'createdAt'], reads: true },
  'workspaces.visibility.set': { body: () => ({ id: 1, hidden: false }), keys: ['id', 'hidden'] },
  'workspaces.add': { body: ({ name }) => ({ teamId: 1, name: name() }), keys: ['id', 'name', 'teamId'] },

  // ---- 2.2
  'projects.list': {
    body: () => ({ workspaceId: 1, filter: [{ field: 'name', operator: '=', value: 'contract' }] }),
    keys: list('id', 'name', 'type', 'itemsCount', 'teamId'),
    reads: true,
  },
  'projects.list.all': { body: () => ({}), keys: list('id', 'name'), reads: true },
  'projects.add': {
    body: ({ name }) => ({ name: name(), workspaceId: 1, description: '', type: 'images' }),
    keys: ['id', 'name', 'customData', 'teamId', 'type', 'settings'],
  },
  'projects.info': {
    body: ({ projectId }) => ({ id: projectId }),
    keys: ['id', 'type', 'settings', 'customData'],
    reads: true,
  },
  'projects.meta': {
    body: ({ projectId }) => ({ id: projectId }),
    keys: [
      'classes[].id',
      'classes[].title',
      'classes[].shape',
      'classes[].color',
      'tags[].id',
      'tags[].name',
      'tags[].value_type',
    ],
    reads: true,
  },
  'projects.meta.update': {
    body: async (given) => ({
      id: await newProject(given),
      meta: { classes: [{ title: 'x', shape: 'any', color: '#000000' }], tags: [], projectType: 'images' },
    }),
    keys: ['classes[].id', 'classes[].title', 'classes[].shape', 'classes[].color', 'tags'],
  },
  'projects.settings.update': {
    body: async (given) => ({
      id: await newProject(given),
      settings: { groupImages: false, groupImagesByTagId: null, groupImagesSync: false },
    }),
    keys: [],
  },
  'projects.editInfo': {
    body: async (given) => ({ id: await newProject(given), readme: 'r', silent: true }),
    keys: ['id', 'readme'],
  },
  'projects.archive': { body: async (given) => ({ id: await newProject(given) }), keys: [] },
  'projects.remove.permanently': {
    body: async (given) => ({ projects: [{ id: await newProject(given) }] }),
    keys: [],
  },
  'projects.clone': {
    body: ({ projectId }) => ({ id: projectId, workspaceId: 1, name: 'b' }),
    keys: ['taskId'],
  },
  'projects.stats': {
    body: ({ projectId }) => ({ id: projectId }),
    keys: ['images.total', 'objects.items'],
    reads: true,
  },
  'projects.workspace.set': {
    body: async (given) => ({ id: await newProject(given), workspaceId: 1 }),
    keys: ['id', 'workspaceId'],
  },
  'advanced.object_classes.list': {
    body: ({ projectId }) => ({ projectId }),
    keys: list('id', 'name', 'description', 'shape', 'color', 'settings', 'createdAt', 'updatedAt'),
    reads: true,
  },
  'tags.list': {
    body: ({ projectId }) => ({ projectId }),
    keys: list('id', 'projectId', 'name', 'settings', 'color', 'createdAt', 'updatedAt'),
    reads: true,
  },
  'datasets.add': {
    body: ({ name, projectId }) => ({ projectId, name: name(), description: '', parentId: null }),
    keys: ['id', 'name', 'projectId', 'parentId', 'teamId', 'customData'],
  },
  'datasets.list': {
    body: ({ projectId }) => ({ projectId, recursive: true, filter: [] }),
    keys: list('id', 'name', 'parentId', 'itemsCount', 'imagesCount', 'customData'),
    reads: true,
  },
  'datasets.list.all': {
    body: ({ projectId }) => ({ projectId }),
    keys: list('id', 'name', 'projectId'),
    reads: true,
  },
  'datasets.info': {
    body: ({ datasetId }) => ({ id: datasetId }),
    keys: ['id', 'name', 'customData', 'teamId'],
    reads: true,
  },
  'datasets.editInfo': {
    body: async (given) => ({ id: await newDataset(given), customData: { a: 1 } }),
    keys: ['id', 'customData.a'],
  },
  'datasets.archive': { body: async (given) => ({ id: await newDataset(given) }), keys: [] },
  'datasets.move': {
    body: async (given) => ({ srcId: await newDataset(given), destId: await newDataset(given) }),
    keys: ['id', 'parentId'],
  },
  'datasets.remove.permanently': {
    body: async (given) => ({ datasets: [{ id: await newDataset(given) }] }),
    keys: [],
  },

  // ---- 2.3
  'images.internal.hashes.list': { body: ({ hash }) => [hash], keys: [], reads: true },
  'images.bulk.add': {
    body: ({ datasetId, name, hash }) => ({
      datasetId,
      images: [
        { title: name(), hash, meta: {} },
        { name: name(), link: 'https://example.com/a.png' },
      ],
      forceMetadataForLinks: null,
      skipValidation: false,
    }),
    keys: each(['id', 'name', 'hash', 'link', 'mime', 'size', 'meta']),
  },
  'images.list': {
    body: ({ datasetId }) => ({ datasetId, filter: [], forceMetadataForLinks: null }),
    keys: list(
      ...['id', 'name', 'size', 'meta', 'hash', 'mime', 'width', 'height', 'updatedAt', 'tags', 'link'],
      ...['relatedDataId', 'downloadId', 'offsetStart', 'offsetEnd'],
    ),
    reads: true,
  },
  'images.info': {
    body: ({ imageId }) => ({ id: imageId, forceMetadataForLinks: false }),
    keys: ['id', 'name', 'datasetId'],
    reads: true,
  },
  'images.editInfo': {
    body: async (given) => ({ id: await newImage(given), meta: { a: 1 } }),
    keys: ['id', 'name', 'meta.a'],
  },
  'images.update.links': {
    body: async (given) => ({
      images: [{ id: await newImage(given), link: 'https://example.com/b.png' }],
      clearLocalDataSource: true,
    }),
    keys: each(['id', 'link']),
  },
  'images.bulk.set-custom-sort': {
    body: async (given) => ({ images: [{ id: await newImage(given), customSort: 1.5 }] }),
    keys: [],
  },
  'images.bulk.remove': { body: async (given) => ({ imageIds: [await newImage(given)] }), keys: [] },
  'image-tags.bulk.add-to-image': {
    body: async (given) => ({ tagId: given.tagId, ids: [await newImage(given)], value: 'x' }),
    keys: [],
  },
  'tags.entities.bulk.add': {
    body: async (given) => ({
      projectId: given.projectId,
      tags: [{ entityId: await newImage(given), tagId: given.tagId, value: 'y' }],
    }),
    keys: each(['id']),
  },
  'annotations.bulk.add': {
    body: ({ datasetId, imageId }) => ({
      datasetId,
      annotations: [{ imageId, annotation }],
      skipBoundsValidation: false,
    }),
    keys: [],
  },
  'annotations.bulk.info': {
    body: ({ datasetId, imageId }) => ({
      datasetId,
      imageIds: [imageId],
      withCustomBigData: true,
      integerCoords: false,
    }),
    keys: each(ANNOTATION),
    reads: true,
  },
  'annotations.info': { body: ({ imageId }) => ({ imageId }), keys: ANNOTATION, reads: true },
  'annotations.list': {
    body: ({ datasetId }) => ({ datasetId, filter: [] }),
    keys: list(...ANNOTATION),
    reads: true,
  },
};
