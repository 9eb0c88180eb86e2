import type { Migration } from './migration.ts';

/** Imports stage objects, figures and tags beside their items: `publication_id` as in 0001. */
export const stagedLabels: Migration = {
  name: '0013-staged-labels',
  sqlite: `
ALTER TABLE objects ADD COLUMN publication_id INTEGER REFERENCES publications (id) ON DELETE CASCADE;
ALTER TABLE entity_tags ADD COLUMN publication_id INTEGER REFERENCES publications (id) ON DELETE CASCADE;
CREATE INDEX objects_staged ON objects (publication_id, id) WHERE publication_id IS NOT NULL;
CREATE INDEX entity_tags_staged ON entity_tags (publication_id, id) WHERE publication_id IS NOT NULL;
DROP INDEX objects_by_key;
CREATE INDEX objects_by_key ON objects (dataset_id, key, publication_id, item_id);

-- Figures have no publication of their own: they are staged (waiting = 2) while their item is.
CREATE INDEX figures_staged ON figures (item_id) WHERE waiting = 2;
CREATE INDEX figures_with_bytes ON figures (item_id, id) WHERE sha256 IS NOT NULL;
-- Frames of an episode.
CREATE INDEX items_by_frame ON items (dataset_id, json_extract(meta, '$.frame'))
  WHERE type = 'point_cloud_episodes';

-- What an open publication calls its items. item_id null = it was not stored. Gone once the publication has ended.
CREATE TABLE publication_items (
  publication_id INTEGER NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  item_id INTEGER,
  -- Of a video, where it is known: figures lie in frames below it.
  frames INTEGER,
  PRIMARY KEY (publication_id, key)
) STRICT, WITHOUT ROWID;
`,
};
