/** What agents said last of themselves, kept for the time they are away. Their machine changes slowly: so do the rows. */
import type { Telemetry } from '../../protocol/link.ts';
import type { AgentSettings } from '../../protocol/questions.ts';
import type { KnownSettings, KnownTelemetry } from '../ports/agents.ts';
import type { AgentsDatabase } from './tables.ts';

export interface LastKnown {
  noteTelemetry(agentId: number, telemetry: Telemetry, at: number): Promise<void>;
  noteSettings(agentId: number, settings: AgentSettings, at: number): Promise<void>;
  /** Of all agents that ever told. */
  telemetry(): Promise<Map<number, KnownTelemetry>>;
  settings(agentId: number): Promise<KnownSettings | undefined>;
}

export function createLastKnown(db: AgentsDatabase): LastKnown {
  async function note(agentId: number, values: Partial<Values>): Promise<void> {
    await db
      .insertInto('agent_known')
      .values({ agent_id: agentId, ...values })
      .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(values))
      .execute();
  }

  return {
    noteTelemetry: (agentId, telemetry, at) =>
      note(agentId, { telemetry: JSON.stringify(telemetry), telemetry_at: at }),
    noteSettings: (agentId, settings, at) =>
      note(agentId, { settings: JSON.stringify(settings), settings_at: at }),
    async telemetry() {
      const rows = await db
        .selectFrom('agent_known')
        .select(['agent_id', 'telemetry', 'telemetry_at'])
        .execute();
      const known = new Map<number, KnownTelemetry>();
      for (const { agent_id, telemetry, telemetry_at: at } of rows)
        if (telemetry !== null && at !== null)
          known.set(agent_id, { at: iso(at), telemetry: JSON.parse(telemetry) as Telemetry });
      return known;
    },
    async settings(agentId) {
      const row = await db
        .selectFrom('agent_known')
        .select(['settings', 'settings_at'])
        .where('agent_id', '=', agentId)
        .executeTakeFirst();
      if (row?.settings == null || row.settings_at === null) return undefined;
      return { at: iso(row.settings_at), settings: JSON.parse(row.settings) as AgentSettings };
    },
  };
}

interface Values {
  telemetry: string;
  telemetry_at: number;
  settings: string;
  settings_at: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();
