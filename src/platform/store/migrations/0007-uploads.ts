import type { Migration } from './migration.ts';

/** Uploads from the browser, file by file, until an import takes them or nobody comes back. Conventions as in 0001. */
export const uploads: Migration = {
  name: '0007-uploads',
  sqlite: `
CREATE TABLE uploads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- What the sender said there would be.
  expected_files INTEGER NOT NULL,
  expected_bytes INTEGER NOT NULL,
  -- What is here; kept in step with upload_files.
  files INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  -- Last time something came; it expires a fixed time later.
  touched_at INTEGER NOT NULL,
  -- When an import took it; it is kept for a retry but is not unfinished any more.
  taken_at INTEGER
) STRICT;
CREATE INDEX uploads_user ON uploads (user_id, id);
CREATE INDEX uploads_touched ON uploads (touched_at);

CREATE TABLE upload_files (
  upload_id INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  -- Relative, parts joined by '/'.
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- Of the sender's file, ms since 1970: with path and size it tells whether it is the same file again.
  modified_at INTEGER NOT NULL,
  -- Null while bytes are missing.
  sha256 TEXT,
  -- 1 when the bytes are a blob.
  stored INTEGER NOT NULL DEFAULT 0,
  -- Secret part of the tus address; null for files that came in a group.
  tus_id TEXT UNIQUE,
  -- Bytes from the start that are on disk.
  received INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (upload_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_files_sha256 ON upload_files (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX upload_files_open ON upload_files (upload_id, tus_id) WHERE stored = 0;
`,
};
