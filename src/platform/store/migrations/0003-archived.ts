import type { Migration } from './migration.ts';

/** What is archived is found without looking at everything else. */
export const archived: Migration = {
  name: '0003-archived',
  sqlite: `
CREATE INDEX datasets_archived ON datasets (archived_at) WHERE archived_at IS NOT NULL;
CREATE INDEX projects_archived ON projects (archived_at) WHERE archived_at IS NOT NULL;
`,
};
