/** Projects and their meta: classes and tags. */
import { type Static, Type } from 'typebox';
import type { ProjectMeta } from '../../../format/model.ts';
import { ProjectTypeSchema } from '../../../protocol/task.ts';
import type { MetaEntryRow, ProjectRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import { projectOf } from '../found.ts';
import { listFields, listQuery, listReply } from '../list-shape.ts';
import { AnyObject, ById, Id, type MethodTable, maybe, method, Name } from '../method.ts';

const Text = Type.String({ maxLength: 1 << 20 });
const NamedObject = (name: string) => Type.Intersect([Type.Object({ [name]: Name }), AnyObject]);
const MetaSchema = Type.Object({
  classes: Type.Array(NamedObject('title')),
  tags: maybe(Type.Array(NamedObject('name'))),
});
const ListSchema = Type.Object({
  workspaceId: maybe(Id),
  groupId: maybe(Id),
  teamId: maybe(Id),
  ...listFields,
});

export function projectMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;
  const { projects } = stores;

  async function list(input: Static<typeof ListSchema>): Promise<unknown> {
    const teamId = input.teamId ?? input.groupId;
    const listed = await projects.list({
      ...listQuery(input),
      ...(input.workspaceId != null && { workspaceId: input.workspaceId }),
      ...(teamId != null && { teamId }),
    });
    return listReply(input, listed, projectEntity);
  }

  return {
    'projects.list': method(ListSchema, list),
    'projects.list.all': method(ListSchema, list),

    'projects.add': method(
      Type.Object({
        name: Name,
        workspaceId: Id,
        description: maybe(Text),
        type: maybe(ProjectTypeSchema),
        readme: maybe(Text),
        settings: maybe(AnyObject),
        customData: maybe(AnyObject),
      }),
      async (input, { principal }) =>
        projectEntity(
          await projects.add({
            workspaceId: input.workspaceId,
            name: input.name,
            type: input.type ?? 'images',
            description: input.description ?? '',
            readme: input.readme ?? '',
            settings: input.settings ?? {},
            customData: input.customData ?? {},
            createdBy: principal.userId,
          }),
        ),
    ),

    'projects.info': method(ById, async ({ id }) => projectEntity(await projectOf(stores, id))),

    'projects.editInfo': method(
      Type.Object({
        id: Id,
        name: maybe(Name),
        description: maybe(Text),
        readme: maybe(Text),
        customData: maybe(AnyObject),
      }),
      async ({ id, name, description, readme, customData }) => {
        await projectOf(stores, id);
        return projectEntity(
          await projects.update(id, {
            ...(name != null && { name }),
            ...(description != null && { description }),
            ...(readme != null && { readme }),
            ...(customData != null && { customData }),
          }),
        );
      },
    ),

    'projects.archive': method(ById, async ({ id }) => {
      await projectOf(stores, id);
      await projects.archive(id);
      return { success: true };
    }),

    'projects.meta': method(ById, async ({ id }) => {
      await projectOf(stores, id);
      return projects.meta(id);
    }),

    'projects.meta.update': method(Type.Object({ id: Id, meta: MetaSchema }), async ({ id, meta }) => {
      await projectOf(stores, id);
      // Checked as far as the store relies on it; every other key is the client's and comes back as it went in.
      return projects.putMeta(id, { ...meta, tags: meta.tags ?? [] } as unknown as ProjectMeta);
    }),

    'projects.settings.update': method(
      Type.Object({ id: Id, settings: maybe(AnyObject) }),
      async ({ id, settings }) => {
        const project = await projectOf(stores, id);
        await projects.update(id, { settings: { ...project.settings, ...settings } });
        return { success: true };
      },
    ),

    'advanced.object_classes.list': method(Type.Object({ projectId: Id, ...listFields }), async (input) => {
      await projectOf(stores, input.projectId);
      return listReply(input, await projects.classes(input.projectId, listQuery(input)), classEntity);
    }),

    'tags.list': method(Type.Object({ projectId: Id, ...listFields }), async (input) => {
      await projectOf(stores, input.projectId);
      return listReply(input, await projects.tags(input.projectId, listQuery(input)), tagEntity);
    }),
  };
}

function projectEntity(row: ProjectRow): Record<string, unknown> {
  return {
    ...row,
    imagesCount: row.itemsCount,
    referenceImageUrl: null,
    backupArchive: null,
    importSettings: {},
    version: null,
  };
}

function classEntity(row: MetaEntryRow): Record<string, unknown> {
  const { title: _title, shape, color, description, id: _id, ...settings } = row.json;
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    description: description ?? '',
    shape: shape ?? 'any',
    color: color ?? '#808080',
    settings,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function tagEntity(row: MetaEntryRow): Record<string, unknown> {
  const { name: _name, color, id: _id, value_type: type, ...settings } = row.json;
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    settings: { type: type ?? 'none', ...settings },
    color: color ?? '#808080',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
