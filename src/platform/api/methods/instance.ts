/** What this server keeps and for how long, what it takes at once, and how full its disk is. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { Count, endpoint, type MethodTable } from '../method.ts';

const DAY_MS = 24 * 3600_000;
const Class = Type.Object({ files: Count, bytes: Count });

/** Bounds of the other methods that a client should know before it begins. */
const LIMITS = {
  jsonBodyBytes: 16 << 20,
  filesPerUpload: 10_000,
  itemsPerRequest: 10_000,
  entitiesPerPage: 20_000,
  pathBytes: 4096,
  nameBytes: 255,
} as const;

export function instanceMethods(deps: ApiDeps): MethodTable {
  return {
    'instance.limits': endpoint(
      {
        about:
          'Bounds of requests and names, and how long things are kept; files themselves may be of any size.',
        needs: 'view',
        request: Type.Object({}),
        response: Type.Object({
          ...Object.fromEntries(Object.keys(LIMITS).map((name) => [name, Count])),
          retention: Type.Object({ archiveDays: Type.Number() }),
        }),
      },
      async () => ({ ...LIMITS, retention: { archiveDays: deps.retention.archiveMs / DAY_MS } }),
    ),

    'instance.storage': endpoint(
      {
        about:
          'What is stored, by class, and the room that is left. Equal bytes are stored once, so classes may add up to more than is used.',
        needs: 'admin',
        request: Type.Object({}),
        response: Type.Object({
          disk: Type.Object({ freeBytes: Count, totalBytes: Count }),
          databaseBytes: Count,
          classes: Type.Object({
            items: Class,
            archivedItems: Class,
            archives: Class,
            teamFiles: Class,
            uploads: Class,
            pictures: Class,
            logs: Class,
          }),
        }),
      },
      async () => {
        const { databaseBytes, logs, ...disk } = await deps.space();
        const classes = {
          ...(await deps.stores.usage.byClass()),
          pictures: await deps.renditions.usage(),
          logs,
        };
        return { disk, databaseBytes, classes };
      },
    ),
  };
}
