import type { Migration } from './migration.ts';

/** What an agent said last of itself, for whoever looks at it while it is away. */
export const agentsKnown: Migration = {
  name: '0015-agents-known',
  sqlite: `
CREATE TABLE agent_known (
  agent_id INTEGER PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
  -- Telemetry as JSON, with the time of the frame it came in.
  telemetry TEXT,
  telemetry_at INTEGER,
  -- Its settings in force since its last start (AgentSettings as JSON), with the time they were asked for.
  settings TEXT,
  settings_at INTEGER
) STRICT;
`,
};
