import type { Migration } from './migration.ts';

/**
 * Objects, figures and tags as rows, related images, facts about media. Conventions as in 0001.
 * Classes and tags are named by their title, as in the annotations of images: what is taken out of the meta takes
 * nothing with it. `key` is the client's own name of a thing; `key_given` = 0 while the server chose it.
 */
export const figures: Migration = {
  name: '0005-figures',
  sqlite: `
-- Of one item (videos, volumes) or, without item_id, of the dataset (point clouds, episodes).
CREATE TABLE objects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  item_id INTEGER REFERENCES items (id) ON DELETE CASCADE,
  class_title TEXT NOT NULL,
  key TEXT NOT NULL,
  key_given INTEGER NOT NULL,
  -- Further keys as they were sent.
  json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX objects_by_item ON objects (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX objects_by_dataset ON objects (dataset_id, id);
CREATE INDEX objects_by_key ON objects (dataset_id, key);

-- Pictures beside a point cloud. Their ids share the fields of item ids in requests, so they have a range of their own.
CREATE TABLE related_images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  meta TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (item_id, name)
) STRICT;
CREATE INDEX related_images_by_dataset ON related_images (dataset_id, id);
CREATE INDEX related_images_by_blob ON related_images (sha256);
INSERT INTO sqlite_sequence (name, seq) VALUES ('related_images', 1000000000000);

-- On an item or on a related image. frame: of a video, or the slice of a plane; -1 = none.
CREATE TABLE figures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  item_id INTEGER REFERENCES items (id) ON DELETE CASCADE,
  related_image_id INTEGER REFERENCES related_images (id) ON DELETE CASCADE,
  object_id INTEGER REFERENCES objects (id) ON DELETE CASCADE,
  -- Of figures on images, which have no object.
  class_title TEXT,
  key TEXT NOT NULL,
  geometry_type TEXT NOT NULL,
  -- JSON, verbatim.
  geometry TEXT NOT NULL,
  -- Bytes that belong to the geometry: voxels, meshes, indices.
  sha256 TEXT REFERENCES blobs (sha256),
  -- 1 while the geometry was announced but has not come: such a figure is not answered yet.
  waiting INTEGER NOT NULL,
  plane TEXT NOT NULL,
  frame INTEGER NOT NULL,
  json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((item_id IS NULL) <> (related_image_id IS NULL))
) STRICT;
CREATE INDEX figures_by_item ON figures (item_id, plane, frame, id) WHERE item_id IS NOT NULL;
CREATE INDEX figures_by_related_image ON figures (related_image_id, id) WHERE related_image_id IS NOT NULL;
CREATE INDEX figures_by_key ON figures (item_id, key) WHERE item_id IS NOT NULL;
CREATE INDEX figures_by_dataset ON figures (dataset_id, id);
CREATE INDEX figures_by_object ON figures (object_id, item_id) WHERE object_id IS NOT NULL;
CREATE INDEX figures_by_blob ON figures (sha256) WHERE sha256 IS NOT NULL;

-- Of an item, an object, a figure or, with none of them, of the dataset (an episode).
CREATE TABLE entity_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  item_id INTEGER REFERENCES items (id) ON DELETE CASCADE,
  object_id INTEGER REFERENCES objects (id) ON DELETE CASCADE,
  figure_id INTEGER REFERENCES figures (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  key_given INTEGER NOT NULL,
  -- value, frameRange and further keys as they were sent.
  json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX entity_tags_by_item ON entity_tags (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX entity_tags_by_object ON entity_tags (object_id, id) WHERE object_id IS NOT NULL;
CREATE INDEX entity_tags_by_figure ON entity_tags (figure_id, id) WHERE figure_id IS NOT NULL;
CREATE INDEX entity_tags_by_dataset ON entity_tags (dataset_id, id);

-- What was read from the bytes of a video or a volume, once. json = null: they cannot be read, problem says why.
CREATE TABLE media (
  sha256 TEXT PRIMARY KEY REFERENCES blobs (sha256) ON DELETE CASCADE,
  json TEXT,
  problem TEXT,
  -- Of the program that read them: another version looks again.
  reader TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
