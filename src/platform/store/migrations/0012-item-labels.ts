import { annotatedAfter, indexLabels } from '../item-labels.ts';
import type { Migration } from './migration.ts';

const CHARS_AT_ONCE = 8 << 20;

/** Lists of images by what they are labelled with (item-labels.ts); copies of projects; workspaces that are hidden. */
export const itemLabels: Migration = {
  name: '0012-item-labels',
  sqlite: `
-- What the annotation of an item has of a class or a tag. dataset_id is the item's, value and count: item-labels.ts.
CREATE TABLE item_labels (
  dataset_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('class', 'tag', 'objectTag', 'object')),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, kind, name, value, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_labels_by_item ON item_labels (item_id);

-- The same of labels that are rows themselves.
CREATE INDEX figures_by_class ON figures (dataset_id, class_title, item_id)
  WHERE class_title IS NOT NULL AND item_id IS NOT NULL AND waiting = 0;
CREATE INDEX entity_tags_by_name ON entity_tags (dataset_id, name, figure_id) WHERE figure_id IS NOT NULL;

-- What a copy of a project has copied already: rows of the source and the ones made of them, by dataset of the source.
CREATE TABLE clone_rows (
  publication_id INTEGER NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  dataset_id INTEGER NOT NULL,
  old_id INTEGER NOT NULL,
  new_id INTEGER NOT NULL,
  PRIMARY KEY (publication_id, kind, dataset_id, old_id)
) STRICT, WITHOUT ROWID;
-- Tasks the platform does itself.
CREATE INDEX tasks_own ON tasks (id) WHERE wanted_plugin = '@platform' AND ended_at IS NULL;

-- 1 = people do not want to be shown it.
ALTER TABLE workspaces ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
`,
  fill(sqlite, place) {
    const items = annotatedAfter(sqlite, { after: place, most: CHARS_AT_ONCE });
    indexLabels(sqlite, items);
    return items.at(-1)?.itemId;
  },
};
