import type { Migration } from './migration.ts';

/** Agents, the queue and its history. Conventions as in 0001. */
export const agents: Migration = {
  name: '0002-agents',
  sqlite: `
CREATE TABLE agents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  -- SHA-256 of the bearer token; the token itself is nowhere.
  token_hash TEXT NOT NULL UNIQUE,
  version TEXT,
  -- PluginOffers of the last hello, JSON.
  plugins TEXT NOT NULL DEFAULT '[]',
  -- Whose event numbers ack_seq counts.
  journal_id TEXT,
  -- Highest event number that is applied.
  ack_seq INTEGER NOT NULL DEFAULT 0,
  -- 1 when an operator wants it to take nothing new; told again at every connection.
  draining INTEGER NOT NULL DEFAULT 0,
  last_seen_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  priority INTEGER NOT NULL,
  -- TaskSpec as JSON.
  spec TEXT NOT NULL,
  -- spec.plugin, for the choice of an agent; null = the format is detected.
  wanted_plugin TEXT,
  workspace_id INTEGER,
  -- The only agent that can do it: the source is on its disk.
  pinned_agent_id INTEGER REFERENCES agents (id),
  state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'fetching', 'converting', 'publishing',
    'succeeded', 'failed', 'canceled')),
  -- While queued: the number the next try gets.
  attempt INTEGER NOT NULL,
  -- Who holds the attempt, or ended it; null while queued.
  agent_id INTEGER REFERENCES agents (id),
  lease_until INTEGER,
  not_before INTEGER,
  cancel_reason TEXT,
  plugin TEXT,
  because TEXT,
  failure TEXT,
  result TEXT,
  -- Attempts in a row whose lease ran out, and that failed for reasons outside of the task.
  lost INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
-- Covers the search for an agent's next task: thousands that it cannot do are passed without reading their rows.
CREATE INDEX tasks_queue ON tasks (priority DESC, id, wanted_plugin, pinned_agent_id, not_before)
  WHERE state = 'queued';
CREATE INDEX tasks_leases ON tasks (lease_until) WHERE lease_until IS NOT NULL;

-- Each try that an agent took. outcome: null = it goes on, reported = the agent said how it ended, lost = the
-- platform took it away. drop_pending: what it had staged is still to be dropped.
CREATE TABLE attempts (
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  attempt INTEGER NOT NULL,
  agent_id INTEGER NOT NULL REFERENCES agents (id),
  outcome TEXT CHECK (outcome IN ('reported', 'lost')),
  end_state TEXT,
  drop_pending INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (task_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_agent ON attempts (agent_id) WHERE outcome IS NULL;
CREATE INDEX attempts_to_drop ON attempts (task_id) WHERE drop_pending = 1;

CREATE TABLE task_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  agent_id INTEGER REFERENCES agents (id),
  failure TEXT
) STRICT;
CREATE INDEX task_history_of ON task_history (task_id, id);
`,
};
