/** The agents table. Tokens are kept as SHA-256 only: who reads the database cannot act as an agent. */
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import { newToken } from '../../lib/ids.ts';
import type { SelfTest } from '../../protocol/self-test.ts';
import type { PluginOffer } from './live-agents.ts';
import type { AgentRow, AgentsDatabase } from './tables.ts';

export interface AgentRecords {
  /** SLY_NOT_UNIQUE when the name is taken. */
  create(name: string): Promise<{ id: number; token: string }>;
  /** A new token for the agent of this name; the old one ends. SLY_NOT_FOUND when there is none. */
  renewToken(name: string): Promise<{ id: number; token: string }>;
  byToken(token: string): Promise<AgentRow | undefined>;
  get(id: number): Promise<AgentRow | undefined>;
  /** With `teams`: those of these teams and of every team. */
  list(teams?: readonly number[]): Promise<AgentRow[]>;
  seen(id: number, at: number): Promise<void>;
  /** SLY_NOT_FOUND when there is no such agent. */
  setDraining(id: number, on: boolean): Promise<void>;
  /** In the place of those of its last hello. */
  notePlugins(id: number, offers: readonly PluginOffer[]): Promise<void>;
  /** Into the plugins of the agent's last hello, until its next one. */
  noteTest(id: number, test: SelfTest): Promise<void>;
}

const NAME_LENGTH = 100;

export function createAgentRecords(db: AgentsDatabase, clock: Clock): AgentRecords {
  return {
    async create(given) {
      const name = given.trim();
      if (name === '' || name.length > NAME_LENGTH) {
        throw new SlyError('SLY_USAGE', {
          detail: `expected a name of 1 to ${NAME_LENGTH} characters, got ${name.length}`,
        });
      }
      const token = newToken();
      const row = await db
        .insertInto('agents')
        .values({ name, token_hash: hashOf(token), created_at: clock.now() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (row === undefined) {
        throw new SlyError('SLY_NOT_UNIQUE', {
          detail: `agent ${JSON.stringify(name)}`,
          hint: 'Choose another name.',
        });
      }
      return { id: row.id, token };
    },
    async renewToken(name) {
      const token = newToken();
      const row = await db
        .updateTable('agents')
        .set({ token_hash: hashOf(token) })
        .where('name', '=', name.trim())
        .returning('id')
        .executeTakeFirst();
      if (row === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `agent ${JSON.stringify(name)}` });
      return { id: row.id, token };
    },
    byToken: (token) =>
      db.selectFrom('agents').selectAll().where('token_hash', '=', hashOf(token)).executeTakeFirst(),
    get: (id) => db.selectFrom('agents').selectAll().where('id', '=', id).executeTakeFirst(),
    list(teams) {
      let query = db.selectFrom('agents').selectAll().orderBy('id');
      if (teams !== undefined)
        query = query.where((eb) => eb.or([eb('team_id', 'is', null), eb('team_id', 'in', [...teams])]));
      return query.execute();
    },
    async seen(id, at) {
      await db.updateTable('agents').set({ last_seen_at: at }).where('id', '=', id).execute();
    },
    async setDraining(id, on) {
      const done = await db
        .updateTable('agents')
        .set({ draining: on ? 1 : 0 })
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      if (done === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `agent ${id}` });
    },
    async notePlugins(id, offers) {
      const plugins = JSON.stringify(offers);
      await db.updateTable('agents').set({ plugins }).where('id', '=', id).execute();
    },
    async noteTest(id, test) {
      await db.transaction().execute(async (trx) => {
        const row = await trx.selectFrom('agents').select('plugins').where('id', '=', id).executeTakeFirst();
        if (row === undefined) return;
        const offers = (JSON.parse(row.plugins) as PluginOffer[]).map((offer) =>
          offer.manifest.name === test.plugin ? withTest(offer, test) : offer,
        );
        await trx
          .updateTable('agents')
          .set({ plugins: JSON.stringify(offers) })
          .where('id', '=', id)
          .execute();
      });
    },
  };
}

/** What was tested is what runs there now; a script has a digest of its own, that of its test is its image's. */
function withTest(offer: PluginOffer, test: SelfTest): PluginOffer {
  if (offer.script !== undefined) return { ...offer, tested: test };
  const { digest, digestOf } = test;
  return { ...offer, tested: test, ...(digest && { digest }), ...(digestOf && { digestOf }) };
}

function hashOf(token: string): string {
  return sha256Of(Buffer.from(token));
}
