import type { Migration } from './migration.ts';

/**
 * People: roles in teams, passwords, API tokens, one-time codes for agents; and which team a task and an agent
 * belong to. Conventions as in 0001. What was there stays: the admin, its tokens and sessions, teams, tasks.
 */
export const accounts: Migration = {
  name: '0004-accounts',
  sqlite: `
-- users.role: admin = of the whole instance, everything in every team; user = what its memberships give.
ALTER TABLE users ADD COLUMN email TEXT;
-- scrypt$log2(N)$r$p$salt$key, base64; null = no login by password.
ALTER TABLE users ADD COLUMN password TEXT;
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
ALTER TABLE users ADD COLUMN last_login_at INTEGER;
CREATE UNIQUE INDEX users_by_login ON users (lower(login));

-- What is archived keeps its row under another name: the first one is free again.
ALTER TABLE teams ADD COLUMN archived_at INTEGER;
ALTER TABLE workspaces ADD COLUMN archived_at INTEGER;

CREATE TABLE members (
  team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'annotator', 'manager', 'admin')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id, team_id);

-- Which team a task belongs to, for every list and check; the workspace says it, an older task gets the first.
ALTER TABLE tasks ADD COLUMN team_id INTEGER REFERENCES teams (id);
ALTER TABLE tasks ADD COLUMN created_by INTEGER REFERENCES users (id);
UPDATE tasks SET workspace_id = coalesce(
  (SELECT id FROM workspaces WHERE id = tasks.workspace_id),
  (SELECT workspace_id FROM projects
    WHERE id = coalesce(json_extract(spec, '$.projectId'), json_extract(spec, '$.appendToProjectId'))),
  (SELECT min(id) FROM workspaces));
UPDATE tasks SET team_id = (SELECT team_id FROM workspaces WHERE id = tasks.workspace_id);
CREATE INDEX tasks_by_team ON tasks (team_id, id);

-- Null: every team may use the agent. Else it takes tasks of this team alone.
ALTER TABLE agents ADD COLUMN team_id INTEGER REFERENCES teams (id);

-- API tokens, sessions, login codes and tokens of running tasks; only the SHA-256 of the secret is kept.
CREATE TABLE secrets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('api', 'session', 'login', 'task')),
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL DEFAULT '',
  -- The most it may do in any team; null = all that its user may.
  role TEXT CHECK (role IN ('viewer', 'annotator', 'manager', 'admin')),
  -- kind task: valid while this attempt is held, for this project alone if there is one, else for the task's team.
  task_id INTEGER REFERENCES tasks (id) ON DELETE CASCADE,
  attempt INTEGER,
  project_id INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  CHECK ((kind = 'task') = (task_id IS NOT NULL AND attempt IS NOT NULL AND role IS NOT NULL))
) STRICT;
INSERT INTO secrets (hash, kind, user_id, name, created_at, expires_at)
  SELECT hash, kind, user_id, CASE kind WHEN 'api' THEN 'admin-token' ELSE '' END, created_at, expires_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE secrets RENAME TO tokens;
CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX tokens_by_user ON tokens (user_id, kind);
CREATE INDEX tokens_by_task ON tokens (task_id) WHERE task_id IS NOT NULL;

-- One-time codes that an agent exchanges for its token; only the SHA-256 is kept.
CREATE TABLE agent_codes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  -- Not null: this agent gets a new token; null: a new agent is made.
  agent_id INTEGER REFERENCES agents (id) ON DELETE CASCADE,
  team_id INTEGER REFERENCES teams (id),
  created_by INTEGER REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_codes_by_expiry ON agent_codes (expires_at);
CREATE INDEX agent_codes_by_agent ON agent_codes (agent_id) WHERE agent_id IS NOT NULL;
`,
};
