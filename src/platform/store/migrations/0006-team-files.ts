import type { Migration } from './migration.ts';

/**
 * Team files, what scripts keep about their tasks, and ids for plugins and reports. Conventions as in 0001.
 * A path is text and never a place on disk: `/folder/name.ext`, compared byte by byte.
 */
export const teamFiles: Migration = {
  name: '0006-team-files',
  sqlite: `
CREATE TABLE team_files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  team_id INTEGER NOT NULL REFERENCES teams (id),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  size INTEGER NOT NULL,
  -- A user's id; no foreign key, which would want an index of a million rows for nothing.
  created_by INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
-- Listings walk this index: everything below a folder lies between its name and the next one.
CREATE UNIQUE INDEX team_files_by_path ON team_files (team_id, path);
CREATE INDEX team_files_by_blob ON team_files (sha256);

-- Sums of team_files, changed in the same transaction.
CREATE TABLE team_file_totals (
  team_id INTEGER PRIMARY KEY REFERENCES teams (id),
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;

-- What a script says about its task: JSON objects.
CREATE TABLE task_data (
  task_id INTEGER PRIMARY KEY REFERENCES tasks (id),
  output TEXT NOT NULL DEFAULT '{}',
  fields TEXT NOT NULL DEFAULT '{}',
  meta TEXT NOT NULL DEFAULT '{}',
  -- Log lines of the script: bytes kept, lines left out for room, hash of the last batch (a replay is no news).
  log_bytes INTEGER NOT NULL DEFAULT 0,
  log_dropped INTEGER NOT NULL DEFAULT 0,
  last_batch TEXT,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE task_log_lines (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  -- One JSON object.
  line TEXT NOT NULL
) STRICT;
CREATE INDEX task_log_lines_of ON task_log_lines (task_id, id);

CREATE TABLE task_files (
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_files_by_blob ON task_files (sha256);

-- A plugin has a number in the API, the same one for ever.
CREATE TABLE plugin_ids (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  team_id INTEGER NOT NULL REFERENCES teams (id),
  name TEXT NOT NULL,
  -- JSON as it was given, and its SHA-256: the same report twice is one report.
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_by INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (team_id, hash)
) STRICT;

CREATE INDEX archives_by_time ON archives (created_at);
`,
};
