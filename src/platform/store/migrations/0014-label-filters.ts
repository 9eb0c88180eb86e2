import type { Migration } from './migration.ts';

/** Lists of videos, point clouds and volumes by what is on them are read from these indexes alone (item-filters.ts). */
export const labelFilters: Migration = {
  name: '0014-label-filters',
  sqlite: `
CREATE INDEX objects_by_class ON objects (dataset_id, class_title, item_id, publication_id);
-- Tags of items, objects and figures, not of figures only.
DROP INDEX entity_tags_by_name;
CREATE INDEX entity_tags_by_name ON entity_tags (dataset_id, name, item_id, object_id, figure_id, publication_id);
`,
};
