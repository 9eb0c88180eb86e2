/** Projects and their meta: classes and tags. */
import { type Static, Type } from 'typebox';
import type { ProjectMeta } from '../../../format/model.ts';
import { ProjectTypeSchema } from '../../../protocol/task.ts';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import { workspaceFor } from '../auth/workspace-for.ts';
import {
  ClassEntity,
  classEntity,
  MetaEntity,
  ProjectEntity,
  projectEntity,
  TagEntity,
  tagEntity,
} from '../entities/project.ts';
import { projectOf } from '../found.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  type Call,
  DONE,
  Done,
  endpoint,
  given,
  Id,
  LongText,
  type MethodTable,
  maybe,
  Name,
  type Scope,
  said,
} from '../method.ts';
import { archiving, removing } from './removals.ts';

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

const ofId = ({ id }: Static<typeof ById>): Scope => ({ projects: [id] });
const ofList = ({ workspaceId, teamId, groupId }: Static<typeof ListSchema>): Scope => ({
  workspaces: given(workspaceId),
  teams: given(teamId ?? groupId),
});

export function projectMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;
  const { projects } = stores;

  async function list(input: Static<typeof ListSchema>, { principal }: Call): Promise<unknown> {
    const { workspaceId, teamId, groupId } = input;
    const listed = await projects.list({
      ...listQuery(input),
      ...said({ workspaceId, teamId: teamId ?? groupId }),
      ...visibleTo(principal),
    });
    return listReply(input, listed, projectEntity);
  }

  return {
    'projects.list': endpoint(
      {
        about: 'Projects of a workspace or a team.',
        needs: 'view',
        of: ofList,
        request: ListSchema,
        response: listOf(ProjectEntity),
      },
      list,
    ),

    'projects.list.all': endpoint(
      {
        about: 'Projects of everything the caller may see.',
        needs: 'view',
        of: ofList,
        request: ListSchema,
        response: listOf(ProjectEntity),
      },
      list,
    ),

    'projects.add': endpoint(
      {
        about: 'A new project in a workspace.',
        needs: 'manage',
        of: ({ workspaceId }) => ({ workspaces: [workspaceId] }),
        request: Type.Object({
          name: Name,
          workspaceId: Id,
          description: maybe(LongText),
          type: maybe(ProjectTypeSchema),
          readme: maybe(LongText),
          settings: maybe(AnyObject),
          customData: maybe(AnyObject),
        }),
        response: ProjectEntity,
      },
      async (input, { principal }) =>
        projectEntity(
          await projects.add({
            workspaceId: await workspaceFor(stores, principal, input.workspaceId),
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

    'projects.info': endpoint(
      { about: 'One project.', needs: 'view', of: ofId, request: ById, response: ProjectEntity },
      async ({ id }) => projectEntity(await projectOf(stores, id)),
    ),

    'projects.editInfo': endpoint(
      {
        about: 'Changes name, description, readme or custom data of a project.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({
          id: Id,
          name: maybe(Name),
          description: maybe(LongText),
          readme: maybe(LongText),
          customData: maybe(AnyObject),
        }),
        response: ProjectEntity,
      },
      async ({ id, name, description, readme, customData }) => {
        await projectOf(stores, id);
        return projectEntity(await projects.update(id, said({ name, description, readme, customData })));
      },
    ),

    'projects.archive': archiving(
      {
        about: 'Takes a project out of sight; its data is collected later.',
        needs: 'manage',
        of: (id) => ({ projects: [id] }),
      },
      async (id) => {
        await projectOf(stores, id);
        await projects.archive(id);
      },
    ),

    'projects.remove.permanently': removing('projects', projects.removePermanently),

    'projects.workspace.set': endpoint(
      {
        about: 'Moves a project into another workspace.',
        needs: 'manage',
        of: ({ id, workspaceId }) => ({ projects: [id], workspaces: [workspaceId] }),
        request: Type.Object({ id: Id, workspaceId: Id }),
        response: ProjectEntity,
      },
      async ({ id, workspaceId }) => {
        await projectOf(stores, id);
        await projects.move(id, workspaceId);
        return projectEntity(await projectOf(stores, id));
      },
    ),

    'projects.meta': endpoint(
      {
        about: 'Classes and tags of a project as they were stored, with ids.',
        needs: 'view',
        of: ofId,
        request: ById,
        response: MetaEntity,
      },
      async ({ id }) => {
        await projectOf(stores, id);
        return projects.meta(id);
      },
    ),

    'projects.meta.update': endpoint(
      {
        about: 'Replaces classes and tags; a name that is known keeps its id.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, meta: MetaSchema }),
        response: MetaEntity,
      },
      async ({ id, meta }) => {
        await projectOf(stores, id);
        // Checked as far as the store relies on it; every other key is the client's and comes back as it went in.
        return projects.putMeta(id, { ...meta, tags: meta.tags ?? [] } as unknown as ProjectMeta);
      },
    ),

    'projects.settings.update': endpoint(
      {
        about: 'Adds keys to the settings of a project.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, settings: maybe(AnyObject) }),
        response: Done,
      },
      async ({ id, settings }) => {
        const project = await projectOf(stores, id);
        await projects.update(id, { settings: { ...project.settings, ...settings } });
        return DONE;
      },
    ),

    'advanced.object_classes.list': endpoint(
      {
        about: 'Classes of a project.',
        needs: 'view',
        of: ({ projectId }) => ({ projects: [projectId] }),
        request: Type.Object({ projectId: Id, ...listFields }),
        response: listOf(ClassEntity),
      },
      async (input) => {
        await projectOf(stores, input.projectId);
        return listReply(input, await projects.classes(input.projectId, listQuery(input)), classEntity);
      },
    ),

    'tags.list': endpoint(
      {
        about: 'Tags of a project.',
        needs: 'view',
        of: ({ projectId }) => ({ projects: [projectId] }),
        request: Type.Object({ projectId: Id, ...listFields }),
        response: listOf(TagEntity),
      },
      async (input) => {
        await projectOf(stores, input.projectId);
        return listReply(input, await projects.tags(input.projectId, listQuery(input)), tagEntity);
      },
    ),
  };
}
