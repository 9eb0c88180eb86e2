/** The items and pictures that new figures lie on: all there, all of one dataset. */
import { SlyError } from '../../../lib/errors.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import { FIRST_RELATED_IMAGE } from '../../store/repositories/figures.ts';
import type { ApiDeps } from '../api-deps.ts';
import { streamOfVideo } from '../entities/video.ts';
import { found } from '../found.ts';
import { ids as idsOf } from './ids-of-projects.ts';

export interface FigureOwner {
  id: number;
  type: ProjectType | 'related';
  /** A figure behind the last frame would make the annotation unreadable. */
  assertFrame?(frame: number, place: string): void;
}

export interface FigureOwners {
  datasetId: number;
  projectId: number;
  entity(id: number, place: string): FigureOwner;
}

export function createFigureOwners({ stores, media }: Pick<ApiDeps, 'stores' | 'media'>) {
  return {
    /** SLY_NOT_FOUND for what is missing, SLY_USAGE when they are of several datasets. */
    async find(
      figures: readonly { entityId?: number | null | undefined }[],
      of: { datasetId: number | null | undefined; entityId: number | null | undefined },
    ): Promise<FigureOwners> {
      const ids = new Set(figures.map(({ entityId }) => entityId ?? of.entityId ?? 0));
      const items = await stores.items.get([...ids].filter((id) => id > 0 && id < FIRST_RELATED_IMAGE));
      const pictures = await stores.relatedImages.get([...ids].filter((id) => id >= FIRST_RELATED_IMAGE));
      const owners = new Map<number, FigureOwner>();
      for (const { id } of pictures) owners.set(id, { id, type: 'related' });
      for (const { id, type } of items) owners.set(id, { id, type });
      const videos = items.filter(({ type, sha256 }) => type === 'videos' && sha256 !== null);
      const readings = await media.videos(videos.map(({ sha256 }) => sha256 ?? ''));
      for (const [at, video] of videos.entries()) {
        const count = streamOfVideo(video, readings[at])?.framesCount;
        if (count !== undefined)
          owners.set(video.id, { id: video.id, type: 'videos', assertFrame: within(count, video.name) });
      }
      const rows = [...items, ...pictures];
      const first = found(rows[0], `Entity with id: ${[...ids][0]}`);
      const datasetId = of.datasetId ?? first.datasetId;
      for (const row of rows) {
        if (row.datasetId === datasetId) continue;
        throw new SlyError('SLY_USAGE', {
          detail: `figures: expected entities of dataset ${datasetId}, got ${row.id} of dataset ${row.datasetId}`,
        });
      }
      const known = new Set(idsOf(rows));
      for (const id of ids) if (!known.has(id)) found(undefined, `Entity with id: ${id}`);
      return {
        datasetId,
        projectId: first.projectId,
        entity: (id, place) => found(owners.get(id), `${place}: entity with id: ${id}`),
      };
    },
  };
}

function within(count: number, name: string): (frame: number, place: string) => void {
  return (frame, place) => {
    if (frame < count) return;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${place}.meta.frame: ${name} has the frames 0 to ${count - 1}, got ${frame}`,
    });
  };
}
