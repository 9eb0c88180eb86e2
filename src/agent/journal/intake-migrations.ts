import type { Migration } from './open-journal.ts';

/** Applied after TASK_MIGRATIONS: the inventory reads how its tasks stand from the same file. */
export const INTAKE_MIGRATIONS: readonly Migration[] = [
  {
    name: '0002-intake',
    sql: `
      -- What was taken from the upload folder. One row a source, about the version taken last.
      CREATE TABLE intake_sources (
        name TEXT PRIMARY KEY,           -- entry of the upload folder
        signature TEXT NOT NULL,         -- over path, size, mtime and inode of every file, as last known to be imported
        task_file TEXT,                  -- SHA-256 of the task file beside it, NULL when there was none
        version INTEGER NOT NULL,        -- 1 for the first content under this name
        key TEXT NOT NULL UNIQUE,        -- of the task; written before the task is submitted
        task TEXT NOT NULL,              -- Task as JSON, to submit it again after a crash
        submitted INTEGER NOT NULL DEFAULT 0,
        outcome TEXT,                    -- 'succeeded' | 'failed' | 'canceled', NULL while the task lives
        details TEXT,                    -- failure or result of the task, JSON
        after TEXT NOT NULL,             -- 'keep' | 'move' | 'delete', what to do with the source after success
        note TEXT,                       -- what became of 'after', for the status file
        content_known INTEGER NOT NULL DEFAULT 0, -- 1: intake_hashes holds every file of this signature
        left_as TEXT,                    -- 'moved' | 'deleted': the source is gone because it was asked for
        taken_at INTEGER NOT NULL,       -- ms since 1970
        ended_at INTEGER
      ) STRICT, WITHOUT ROWID;

      -- Content of the files of a source, so that a touched file is told from a changed one.
      CREATE TABLE intake_hashes (
        name TEXT NOT NULL REFERENCES intake_sources (name) ON DELETE CASCADE,
        path TEXT NOT NULL,              -- relative to the source; '' when the source is one file
        size INTEGER NOT NULL,
        mtime_ns TEXT NOT NULL,
        inode TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (name, path)
      ) STRICT, WITHOUT ROWID;

      -- Identity of the upload folder itself, to notice that its disk is not mounted.
      CREATE TABLE intake_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
];
