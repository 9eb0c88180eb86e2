/** Reports that scripts make of widgets; kept and given back as they are. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { ById, endpoint, Id, type MethodTable, maybe, Name, Time } from '../method.ts';

export function reportMethods(deps: ApiDeps): MethodTable {
  const { reportPages } = deps.stores;

  return {
    'reports.create': endpoint(
      {
        about: 'Keeps a report; the same one again is the same report.',
        needs: 'manage',
        of: ({ teamId }) => ({ teams: [teamId] }),
        request: Type.Object({
          teamId: Id,
          name: Name,
          widgets: Type.Unknown(),
          layout: maybe(Type.String({ maxLength: 100_000 })),
        }),
        response: Type.Object({ id: Id }),
      },
      async ({ teamId, name, widgets, layout }, { principal }) => {
        const body = { widgets: widgets ?? [], layout: layout ?? '' };
        const { id } = await reportPages.add({ teamId, name, body, createdBy: principal.userId });
        return { id };
      },
    ),

    'reports.info': endpoint(
      {
        about: 'One report.',
        needs: 'view',
        of: ({ id }) => ({ reports: [id] }),
        request: ById,
        response: Type.Object({
          id: Id,
          teamId: Id,
          name: Type.String(),
          widgets: Type.Unknown(),
          layout: Type.String(),
          createdAt: Time,
        }),
      },
      async ({ id }) => {
        const { body, ...report } = found(await reportPages.get(id), `Report with id: ${id}`);
        return { ...report, ...body };
      },
    ),
  };
}
