/** Agents as replies have them. */
import { type Static, Type } from 'typebox';
import { TelemetrySchema } from '../../../protocol/link.ts';
import type { AgentView } from '../../ports/agents.ts';
import { AnyObject, Count, Id, orNull, Time } from '../method.ts';

/** The SDK knows no other two. */
const Status = Type.Enum(['running', 'waiting']);

/** In the words of the SDK. */
export const AvailableAgentEntity = Type.Object({
  id: Id,
  name: Type.String(),
  status: Status,
  isPublic: Type.Boolean(),
  capabilities: AnyObject,
  gpuInfo: Type.Null(),
  version: orNull(Type.String()),
  lastSeenAt: orNull(Type.String()),
});

export function availableAgentEntity(agent: AgentView): Static<typeof AvailableAgentEntity> {
  return {
    id: agent.id,
    name: agent.name,
    status: statusOf(agent),
    isPublic: false,
    capabilities: {},
    gpuInfo: null,
    version: agent.version,
    lastSeenAt: agent.lastSeenAt,
  };
}

/** Plugins are long and the same for all: `plugins.list` has them, here are their names. */
export const AgentEntity = Type.Object(
  {
    id: Id,
    name: Type.String(),
    version: orNull(Type.String()),
    status: Status,
    connected: Type.Boolean(),
    draining: Type.Boolean(),
    lastSeenAt: orNull(Type.String()),
    telemetry: orNull(TelemetrySchema),
    /** While it is not connected: what it said last, with the time. */
    lastKnown: orNull(Type.Object({ at: Time, telemetry: TelemetrySchema })),
    plugins: Type.Array(Type.String()),
    running: Type.Array(Type.Object({ key: Type.String(), attempt: Type.Integer() })),
  },
  { title: 'Agent' },
);

export function agentEntity(agent: AgentView): Static<typeof AgentEntity> {
  const { plugins, ...rest } = agent;
  return { ...rest, status: statusOf(agent), plugins: plugins.map((one) => one.name) };
}

export const FolderEntries = Type.Object({
  path: Type.String(),
  entries: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Enum(['file', 'folder']),
      size: Count,
      modifiedAt: Type.String(),
    }),
  ),
  more: Type.Boolean({ description: 'The folder holds more than this.' }),
});

const statusOf = (agent: AgentView): 'running' | 'waiting' => (agent.connected ? 'running' : 'waiting');
