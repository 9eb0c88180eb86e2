/** The common option `classes` for videos, point clouds and volumes: other objects are left out with their figures. */
import type { EntityHead, EntityWriter } from './plugin.ts';

export function createChosenEntities(
  entities: EntityWriter,
  isWanted: (classTitle: string) => boolean,
): EntityWriter {
  /** Keys of the objects that were left out of each episode. */
  const episodes = new Map<string, ReadonlySet<string>>();

  function split<H extends EntityHead>(head: H): { head: H; left: ReadonlySet<string> } {
    const left = new Set<string>();
    const objects = head.objects.filter(({ key, classTitle }) => {
      if (!isWanted(classTitle)) left.add(key);
      return !left.has(key);
    });
    return { head: { ...head, objects }, left };
  }

  return {
    setType: (type) => entities.setType(type),
    async add(entity) {
      const { head, left } = split(entity.head ?? { tags: [], objects: [] });
      const added = await entities.add(entity.head === undefined ? entity : { ...entity, head });
      return {
        addFigures: (figures, options) => {
          const ofEpisode = episodes.get(entity.dataset);
          const wanted = figures.filter(
            ({ objectKey }) => !left.has(objectKey) && ofEpisode?.has(objectKey) !== true,
          );
          return added.addFigures(wanted, options);
        },
      };
    },
    async addEpisode(dataset, whole) {
      const { head, left } = split(whole);
      episodes.set(dataset, left);
      await entities.addEpisode(dataset, head);
    },
  };
}
