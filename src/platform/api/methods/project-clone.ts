/** Copies of projects, made by the platform itself. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { newKey } from '../../../lib/ids.ts';
import { PLATFORM_PLUGIN } from '../../ports/tasks.ts';
import {
  CLONE_PARTS,
  type ClonePart,
  type LeftOut,
  withDependents,
} from '../../store/repositories/clones.ts';
import type { ApiDeps } from '../api-deps.ts';
import { projectOf } from '../found.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { endpoint, given, Id, type MethodTable, maybe, Name } from '../method.ts';

const Wanted = maybe(Type.Boolean());
const Include = Type.Object({
  classes: Wanted,
  projectTags: Wanted,
  datasets: Wanted,
  images: Wanted,
  imagesTags: Wanted,
  annotationObjects: Wanted,
  annotationObjectsTags: Wanted,
  figures: Wanted,
  figuresTags: Wanted,
});
type Include = Static<typeof Include>;

/** The SDK says every part of a copy with several words, `images` for items of any kind. */
const WORDS: Readonly<Record<ClonePart, readonly (keyof Include)[]>> = {
  meta: ['classes', 'projectTags'],
  datasets: ['datasets'],
  items: ['images', 'imagesTags'],
  annotations: ['annotationObjects', 'annotationObjectsTags', 'figures', 'figuresTags'],
};

/** SLY_USAGE where only some words of a part say no: parts are copied whole. So it is for other words that say no. */
function partsLeftOut(include: Include): LeftOut {
  const known = Object.keys(Include.properties);
  const other = Object.entries(include).filter(([word, is]) => is === false && !known.includes(word));
  if (other.length > 0) {
    throw new SlyError('SLY_USAGE', {
      detail: `include: expected ${known.join(', ')}, got ${other.map(([word]) => word).join(', ')}`,
    });
  }
  const left = CLONE_PARTS.filter((part) => {
    const words = WORDS[part];
    const no = words.filter((word) => include[word] === false);
    if (no.length > 0 && words.some((word) => include[word] === true)) {
      throw new SlyError('SLY_USAGE', {
        detail: `include: expected the same for ${words.join(', ')}, got false for ${no.join(', ')} alone`,
      });
    }
    return no.length > 0;
  });
  return withDependents(new Set(left));
}

export function projectCloneMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { clock, stores, tasks } = deps;
  return {
    'projects.clone': endpoint(
      {
        about:
          'Queues a copy of a project, under a free name like the one asked for; bytes are shared. What `include` says false to is left out, with what needs it: items need their datasets, annotations need items and meta.',
        needs: 'manage',
        of: ({ id, workspaceId }) => ({ projects: [id], workspaces: given(workspaceId) }),
        request: Type.Object({
          id: Id,
          workspaceId: maybe(Id),
          name: maybe(Name),
          include: maybe(Include),
        }),
        response: Type.Object({ taskId: Id }),
      },
      lost.once('projects.clone', async ({ id, workspaceId, name, include }, { principal }) => {
        const leftOut = [...partsLeftOut(include ?? {})];
        const project = await projectOf(stores, id);
        const target = workspaceId ?? project.workspaceId;
        const spec = {
          action: 'import',
          source: { kind: 'project', projectId: id },
          plugin: PLATFORM_PLUGIN,
          options: leftOut.length === 0 ? {} : { leftOut },
          projectName: name ?? project.name,
          workspaceId: target,
          conflict: 'rename',
        } as const;
        const task = await tasks.create(
          {
            key: newKey(),
            title: `Copy ${project.name}`,
            priority: 0,
            createdAt: new Date(clock.now()).toISOString(),
            spec,
          },
          { workspaceId: target, createdBy: principal.userId },
        );
        return { taskId: task.id };
      }),
    ),
  };
}
