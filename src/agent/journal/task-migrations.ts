import type { Migration } from './open-journal.ts';

export const TASK_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-tasks',
    sql: `
      -- Facts about this file itself: 'journal_id' tells the platform whose event numbers these are.
      CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

      -- One row a task this agent has ever held.
      CREATE TABLE tasks (
        key TEXT PRIMARY KEY,
        task TEXT NOT NULL,              -- Task as JSON, as it was created or offered
        origin TEXT NOT NULL,            -- 'local' | 'platform'
        created_at INTEGER NOT NULL      -- ms since 1970
      ) STRICT;

      CREATE TABLE attempts (
        key TEXT NOT NULL REFERENCES tasks (key),
        attempt INTEGER NOT NULL,
        state TEXT NOT NULL,
        run INTEGER NOT NULL DEFAULT 0,  -- how often the plugin was started from scratch
        plugin TEXT,
        because TEXT,                    -- why this plugin
        options TEXT,                    -- completed plugin options, JSON
        publication_id INTEGER,
        segments_published INTEGER NOT NULL DEFAULT 0,
        cancel_reason TEXT,
        committing INTEGER NOT NULL DEFAULT 0,
        details TEXT,                    -- failure and result of the last move, JSON
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (key, attempt)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX attempts_open ON attempts (created_at)
        WHERE state IN ('leased', 'fetching', 'converting', 'publishing');
      CREATE INDEX attempts_recent ON attempts (updated_at);

      CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        state TEXT NOT NULL,
        at INTEGER NOT NULL,
        details TEXT
      ) STRICT;
      CREATE INDEX history_of ON history (key, attempt, id);

      -- Events the platform has not acknowledged. AUTOINCREMENT: a number is never used twice.
      CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL) STRICT;

      -- Hashes of large files, so that a restart does not read terabytes again.
      CREATE TABLE file_hashes (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns TEXT NOT NULL,
        inode TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        used_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
