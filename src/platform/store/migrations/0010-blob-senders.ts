import type { Migration } from './migration.ts';

/** Who may name bytes by their hash: to know a hash is not to have the bytes. */
export const blobSenders: Migration = {
  name: '0010-blob-senders',
  sqlite: `
CREATE TABLE blob_senders (
  sha256 TEXT NOT NULL REFERENCES blobs (sha256) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (sha256, user_id)
) STRICT, WITHOUT ROWID;
`,
};
