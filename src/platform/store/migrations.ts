/** The one list of migrations; the order of the list is the order of application. */
import { core } from './migrations/0001-core.ts';
import { agents } from './migrations/0002-agents.ts';
import { archived } from './migrations/0003-archived.ts';
import { accounts } from './migrations/0004-accounts.ts';
import { figures } from './migrations/0005-figures.ts';
import { teamFiles } from './migrations/0006-team-files.ts';
import { uploads } from './migrations/0007-uploads.ts';
import { apiIndexes } from './migrations/0009-api-indexes.ts';
import { blobSenders } from './migrations/0010-blob-senders.ts';
import { objectFrames } from './migrations/0011-object-frames.ts';
import { itemLabels } from './migrations/0012-item-labels.ts';
import { stagedLabels } from './migrations/0013-staged-labels.ts';
import { labelFilters } from './migrations/0014-label-filters.ts';
import { agentsKnown } from './migrations/0015-agents-known.ts';
import type { Migration } from './migrations/migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  core,
  agents,
  archived,
  accounts,
  figures,
  teamFiles,
  uploads,
  apiIndexes,
  blobSenders,
  objectFrames,
  itemLabels,
  stagedLabels,
  labelFilters,
  agentsKnown,
];
