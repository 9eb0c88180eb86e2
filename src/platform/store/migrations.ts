/** The one list of migrations; the order of the list is the order of application. */
import { core } from './migrations/0001-core.ts';
import { agents } from './migrations/0002-agents.ts';
import { archived } from './migrations/0003-archived.ts';
import type { Migration } from './migrations/migration.ts';

export const MIGRATIONS: readonly Migration[] = [core, agents, archived];
