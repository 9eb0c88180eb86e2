import type { Migration } from './migration.ts';

/**
 * Teams to items. Conventions of every table: ids are never used twice (AUTOINCREMENT), times are
 * milliseconds since 1970 UTC, JSON is TEXT, hashes are 64 lower-case hex digits, booleans are 0 | 1.
 * `publication_id` not null = staged by an import that is not committed: such rows are invisible.
 */
export const core: Migration = {
  name: '0001-core',
  sqlite: `
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- API tokens, browser sessions and login codes; only the SHA-256 of the secret is kept.
CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('api', 'session', 'login')),
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX tokens_by_user ON tokens (user_id);

CREATE TABLE teams (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE workspaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  team_id INTEGER NOT NULL REFERENCES teams (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (team_id, name)
) STRICT;

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  readme TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL DEFAULT '{}',
  custom_data TEXT NOT NULL DEFAULT '{}',
  -- Keys of meta.json beside classes and tags (projectType, projectSettings), as stored.
  meta_rest TEXT NOT NULL DEFAULT '{}',
  -- 1 while the import that makes this project is not committed.
  staged INTEGER NOT NULL DEFAULT 0,
  items_count INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0,
  created_by INTEGER REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX projects_by_name ON projects (workspace_id, name) WHERE archived_at IS NULL;
CREATE INDEX projects_by_workspace ON projects (workspace_id, id) WHERE archived_at IS NULL AND staged = 0;

-- One class or tag a row; json is the entry of meta.json as it was stored, without id.
CREATE TABLE classes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (project_id, name)
) STRICT;
CREATE TABLE tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (project_id, name)
) STRICT;

-- One row a (task, attempt, run) of an import: its id fences whatever an earlier run still sends.
CREATE TABLE publications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  run INTEGER NOT NULL,
  project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
  -- 1 when the project was made for this import and goes with it.
  made_project INTEGER NOT NULL,
  conflict TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'committed', 'superseded', 'dropped')),
  items INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (task_key, attempt, run)
) STRICT;
CREATE INDEX publications_by_project ON publications (project_id);

CREATE TABLE publication_segments (
  publication_id INTEGER NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  -- The reply that was given, so that a replay gets the same.
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (publication_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  custom_data TEXT NOT NULL DEFAULT '{}',
  items_count INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0,
  publication_id INTEGER REFERENCES publications (id) ON DELETE CASCADE,
  created_by INTEGER REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX datasets_by_name ON datasets (project_id, coalesce(parent_id, 0), name)
  WHERE publication_id IS NULL AND archived_at IS NULL;
CREATE UNIQUE INDEX datasets_staged ON datasets (publication_id, coalesce(parent_id, 0), name)
  WHERE publication_id IS NOT NULL;
CREATE INDEX datasets_by_parent ON datasets (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX datasets_by_project ON datasets (project_id, id);

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  -- Sniffed from the bytes, null when unknown; pixels for pictures.
  mime TEXT,
  width INTEGER,
  height INTEGER,
  created_at INTEGER NOT NULL,
  -- Last time a client was told that it need not be sent: collecting garbage spares it for a while.
  wanted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_wanted ON blobs (wanted_at);

-- Items of every modality; a dataset's project has one type, repeated here so that an item says what it is.
CREATE TABLE items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT REFERENCES blobs (sha256),
  link TEXT,
  size INTEGER NOT NULL DEFAULT 0,
  mime TEXT,
  width INTEGER,
  height INTEGER,
  meta TEXT NOT NULL DEFAULT '{}',
  publication_id INTEGER REFERENCES publications (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX items_by_name ON items (dataset_id, name) WHERE publication_id IS NULL;
CREATE UNIQUE INDEX items_staged ON items (publication_id, dataset_id, name) WHERE publication_id IS NOT NULL;
CREATE INDEX items_by_dataset ON items (dataset_id, id);
CREATE INDEX items_by_project ON items (project_id, id);
CREATE INDEX items_by_blob ON items (sha256) WHERE sha256 IS NOT NULL;

-- The annotation of an item as it was given. subpixel: 0 = pixel indices (files), 1 = positions (public API).
CREATE TABLE annotations (
  item_id INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  json TEXT NOT NULL,
  subpixel INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Downloads that exports made.
CREATE TABLE archives (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  size INTEGER NOT NULL,
  files INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (task_key, attempt)
) STRICT;
CREATE INDEX archives_by_blob ON archives (sha256);
`,
};
