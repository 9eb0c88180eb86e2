/** Lines of a segment in the form they are stored in. What needs the database is looked at when they are staged. */
import type { PublishEpisode, PublishItem, PublishLine } from '../../../protocol/publish.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { LookAtBytes } from '../repositories/publications.ts';
import { type PreparedFigures, prepareFigures } from './prepare-figures.ts';
import { type PreparedHead, prepareHead } from './prepare-head.ts';
import { type PreparedItem, prepareItem } from './prepare-item.ts';
import { splitDatasetPath } from './staged-names.ts';

export type PreparedLine =
  | { kind: 'item'; item: PreparedItem }
  | { kind: 'figures'; figures: PreparedFigures }
  | { kind: 'episode'; parts: string[]; head: PreparedHead }
  /** `key`: of an item that is not stored, so that its figures go with it. */
  | { kind: 'refused'; problem: string; key: string | undefined };

export async function prepareLine(
  line: PublishLine,
  projectType: ProjectType,
  look: LookAtBytes | undefined,
): Promise<PreparedLine> {
  if (!('kind' in line)) return preparedItem(line, projectType, look);
  if (line.kind === 'episode') return preparedEpisode(line, projectType);
  if (projectType === 'images') return refused('figures: those of images stand in their annotations');
  return { kind: 'figures', figures: prepareFigures(line, projectType) };
}

async function preparedItem(
  item: PublishItem,
  projectType: ProjectType,
  look: LookAtBytes | undefined,
): Promise<PreparedLine> {
  const { key } = item;
  const facts = (await look?.(item, projectType)) ?? {};
  if ('problem' in facts) return refused(`${item.name}: ${facts.problem}`, key);
  const { frames = null, ...known } = facts;
  const prepared = prepareItem({ ...known, ...item, meta: { ...known.meta, ...item.meta } }, projectType);
  if ('problem' in prepared) return refused(prepared.problem, key);
  return { kind: 'item', item: { ...prepared, frames } };
}

function preparedEpisode({ dataset, ann }: PublishEpisode, projectType: ProjectType): PreparedLine {
  if (projectType !== 'point_cloud_episodes')
    return refused(
      `episode ${dataset}: expected a project of point_cloud_episodes, got one of ${projectType}`,
    );
  const parts = splitDatasetPath(dataset);
  if ('problem' in parts) return refused(parts.problem);
  const head = prepareHead(ann);
  if ('problem' in head) return refused(`episode ${dataset}: ${head.problem}`);
  return { kind: 'episode', parts, head };
}

const refused = (problem: string, key?: string): PreparedLine => ({ kind: 'refused', problem, key });
