/** One-time codes that agents register with. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { byId } from '../lists/list-shape.ts';
import {
  ById,
  DONE,
  Done,
  endpoint,
  given,
  Id,
  type MethodTable,
  maybe,
  orNull,
  said,
  Time,
} from '../method.ts';

const CodeEntity = Type.Object(
  {
    id: Id,
    agentId: orNull(Id),
    teamId: orNull(Id),
    createdBy: orNull(Id),
    createdAt: Time,
    expiresAt: Time,
  },
  { title: 'AgentCode' },
);

export function agentCodeMethods(deps: ApiDeps): MethodTable {
  const { agents, log, stores } = deps;

  return {
    'agents.codes.add': endpoint(
      {
        about:
          'A code that registers one agent within an hour: a new one, with teamId for this team alone; with agentId that agent gets a new token.',
        needs: 'admin',
        of: ({ agentId, teamId }) => ({ agents: given(agentId), teams: given(teamId) }),
        request: Type.Object({ agentId: maybe(Id), teamId: maybe(Id) }),
        response: Type.Object({ id: Id, code: Type.String(), expiresAt: Time }),
      },
      async ({ agentId, teamId }, { principal }) => {
        for (const id of given(agentId)) found(await agents.get(id), `Agent with id: ${id}`);
        for (const id of given(teamId))
          found((await stores.accounts.teams(byId(id))).entities[0], `Team with id: ${id}`);
        const code = await agents.addCode({ userId: principal.userId, ...said({ agentId, teamId }) });
        log.info({ codeId: code.id, by: principal.userId }, 'agent code made');
        return code;
      },
    ),

    'agents.codes.list': endpoint(
      {
        about: 'Codes that are still good; what they are is nowhere.',
        needs: 'admin',
        request: Type.Object({}),
        response: Type.Object({ entities: Type.Array(CodeEntity) }),
      },
      async () => ({ entities: await agents.codes() }),
    ),

    'agents.codes.remove': endpoint(
      { about: 'Makes a code worthless.', needs: 'admin', request: ById, response: Done },
      async ({ id }) => {
        const known = (await agents.codes()).find((one) => one.id === id);
        found(known, `Code with id: ${id}`);
        await agents.removeCode(id);
        return DONE;
      },
    ),
  };
}
