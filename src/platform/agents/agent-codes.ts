/**
 * One-time codes: an admin makes one, somebody carries it to the agent's machine, the agent exchanges it for its
 * token. A code is a secret for an hour, so that no lasting one has to travel. Only its SHA-256 is kept.
 */
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import { newToken } from '../../lib/ids.ts';
import type { AgentCode, AgentDirectory } from '../ports/agents.ts';
import type { AgentsDatabase } from './tables.ts';

const AGENT_CODE_MS = 3600_000;

export type AgentCodes = Pick<AgentDirectory, 'addCode' | 'codes' | 'removeCode' | 'register'>;

export function createAgentCodes(db: AgentsDatabase, clock: Clock): AgentCodes {
  return {
    async addCode({ agentId, teamId, userId }) {
      const now = clock.now();
      await db.deleteFrom('agent_codes').where('expires_at', '<=', now).execute();
      const code = newToken();
      const expiresAt = now + AGENT_CODE_MS;
      const { id } = await db
        .insertInto('agent_codes')
        .values({
          hash: hashOf(code),
          agent_id: agentId ?? null,
          team_id: teamId ?? null,
          created_by: userId,
          created_at: now,
          expires_at: expiresAt,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id, code, expiresAt: iso(expiresAt) };
    },

    async codes() {
      const rows = await db
        .selectFrom('agent_codes')
        .selectAll()
        .where('expires_at', '>', clock.now())
        .orderBy('id')
        .execute();
      return rows.map(
        (row): AgentCode => ({
          id: row.id,
          agentId: row.agent_id,
          teamId: row.team_id,
          createdBy: row.created_by,
          createdAt: iso(row.created_at),
          expiresAt: iso(row.expires_at),
        }),
      );
    },

    async removeCode(id) {
      await db.deleteFrom('agent_codes').where('id', '=', id).execute();
    },

    register: (code, name) =>
      db.transaction().execute(async (trx) => {
        const taken = await trx
          .deleteFrom('agent_codes')
          .where('hash', '=', hashOf(code))
          .where('expires_at', '>', clock.now())
          .returning(['agent_id', 'team_id'])
          .executeTakeFirst();
        if (taken === undefined) return undefined;
        const token = newToken();
        if (taken.agent_id !== null) {
          const row = await trx
            .updateTable('agents')
            .set({ token_hash: hashOf(token) })
            .where('id', '=', taken.agent_id)
            .returning(['id', 'name'])
            .executeTakeFirstOrThrow();
          return { ...row, token };
        }
        const row = await trx
          .insertInto('agents')
          .values({ name, token_hash: hashOf(token), team_id: taken.team_id, created_at: clock.now() })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning(['id', 'name'])
          .executeTakeFirst();
        // The transaction is undone: the code stays good for another name.
        if (row === undefined) {
          throw new SlyError('SLY_NOT_UNIQUE', {
            detail: `agent ${JSON.stringify(name)}`,
            hint: 'Choose another name, or make a code for this very agent: its token is then replaced.',
          });
        }
        return { ...row, token };
      }),
  };
}

const hashOf = (secret: string): string => sha256Of(Buffer.from(secret));
const iso = (at: number): string => new Date(at).toISOString();
