/**
 * The messages of the link. PROTOCOL.md says what each means, who must answer by when and what ends the
 * connection; test/unit/protocol/protocol-doc.test.ts holds that document and this file together.
 */
import { type Static, Type } from 'typebox';
import { MachineSchema } from './machine.ts';
import { ManifestSchema } from './plugin.ts';
import { DigestOfSchema } from './run-record.ts';
import { ScriptSchema, ScriptsStateSchema } from './script.ts';
import { SelfTestSchema } from './self-test.ts';
import { FailureSchema, ProgressSchema, ResultSchema, TaskSchema, TaskStateSchema } from './task.ts';

export const SUBPROTOCOL = 'sly-agent.v1';
/** `protocol` of hello and welcome. */
export const PROTOCOL_VERSION = 1;
export const LINK_PATH = '/agents/v1/link';
/** A larger frame closes the connection with 1009. */
export const MAX_FRAME_BYTES = 1 << 20;
/** Only an offer may be larger than MAX_FRAME_BYTES: it lists every file of an upload from the browser. */
export const MAX_OFFER_BYTES = 16 << 20;
/** Largest `text` of a log message. */
export const LOG_CHUNK_BYTES = 256 << 10;
export const HEARTBEAT_MS = 5_000;
/** Silence from the other side for this long means it is gone; below 30 s so that a person sees it within 30 s. */
export const SILENCE_MS = 20_000;
/** A side that waits for hello or welcome longer than this closes with 4408. */
export const HANDSHAKE_MS = 10_000;
export const LEASE_MS = 60_000;
/** Lease of a task that only its holder can do (source on its disk): passing it on gains nothing, work would be lost. */
export const PINNED_LEASE_MS = 24 * 3_600_000;

/** `retry`: connect again with back-off. `fatal`: only a person can help; the agent stops trying and says why. */
export const CLOSE_CODES = {
  1000: { meaning: 'done', next: 'retry' },
  1001: { meaning: 'the platform stops or restarts', next: 'retry' },
  1009: { meaning: 'a frame is larger than allowed', next: 'retry' },
  1011: { meaning: 'the platform failed inside', next: 'retry' },
  4400: { meaning: 'the first message is not a valid hello', next: 'fatal' },
  4401: { meaning: 'the token is not valid (any more)', next: 'fatal' },
  4406: { meaning: 'no common protocol version', next: 'fatal' },
  4408: { meaning: 'hello, welcome or a sign of life came too late', next: 'retry' },
  4409: { meaning: 'another process is connected as this agent', next: 'retry' },
  4410: { meaning: 'a newer connection of the same agent process took over', next: 'retry' },
} as const satisfies Record<number, { meaning: string; next: 'retry' | 'fatal' }>;
export type CloseCode = keyof typeof CLOSE_CODES;

const AttemptRef = { key: Type.String(), attempt: Type.Integer({ minimum: 1 }) };

/** A plugin the agent can run, as the platform shows it and makes forms of. */
export const PluginOfferSchema = Type.Object({
  manifest: ManifestSchema,
  digest: Type.Optional(Type.String()),
  digestOf: Type.Optional(DigestOfSchema),
  /** The last self-test. */
  tested: Type.Optional(SelfTestSchema),
  /** It is a script of the operator's; absent from other plugins and older agents. */
  script: Type.Optional(ScriptSchema),
});

export const AgentEventSchema = Type.Union([
  /** A task that began on the agent (upload folder, command line). Attempt 1 is leased to the sender. */
  Type.Object({ type: Type.Literal('task.created'), task: TaskSchema }),
  Type.Object({
    type: Type.Literal('task.state'),
    ...AttemptRef,
    state: TaskStateSchema,
    /** ISO-8601 UTC with ms. */
    at: Type.String(),
    failure: Type.Optional(FailureSchema),
    result: Type.Optional(ResultSchema),
    /** Which plugin and why, as soon as it is known. */
    plugin: Type.Optional(Type.String()),
    because: Type.Optional(Type.String()),
    /** With `queued`: do not offer again before this time. */
    notBefore: Type.Optional(Type.String()),
  }),
  /** The local operator asks for another attempt of an ended task. */
  Type.Object({ type: Type.Literal('task.retry'), key: Type.String() }),
  /** The local operator cancels a task that this agent does not hold. */
  Type.Object({ type: Type.Literal('task.cancel'), key: Type.String() }),
]);
export type AgentEvent = Static<typeof AgentEventSchema>;

export const TelemetrySchema = Type.Object({
  load1: Type.Number(),
  rssBytes: Type.Integer(),
  diskFreeBytes: Type.Integer(),
  diskTotalBytes: Type.Integer(),
  slots: Type.Object({ cpu: Type.Integer(), busy: Type.Integer() }),
  outbox: Type.Integer(),
  state: Type.Enum(['ready', 'draining', 'disk-low', 'no-runner']),
  /** Containers, bubblewrap or node-permission, with what is not enforced. */
  isolation: Type.String(),
  /** The machine beneath it; absent from older agents. */
  machine: Type.Optional(MachineSchema),
  /** Where scripts are dropped; absent from older agents. */
  scripts: Type.Optional(ScriptsStateSchema),
});
export type Telemetry = Static<typeof TelemetrySchema>;

export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Integer(),
  agentName: Type.String(),
  version: Type.String(),
  /** New at every start of the process. */
  instanceId: Type.String(),
  /** Names the numbering of this agent's events; a new journal has a new one and the platform counts from 0 again. */
  journalId: Type.Optional(Type.String()),
  /** Every attempt the journal holds and that has not ended. */
  attempts: Type.Array(Type.Object({ ...AttemptRef, state: TaskStateSchema })),
  plugins: Type.Array(PluginOfferSchema),
  telemetry: TelemetrySchema,
  /** Names of the questions it answers (questions.ts); absent from older agents, which answer none. */
  questions: Type.Optional(Type.Array(Type.String())),
});

export const AgentMessageSchema = Type.Union([
  HelloSchema,
  Type.Object({ type: Type.Literal('accept'), ...AttemptRef }),
  Type.Object({ type: Type.Literal('reject'), ...AttemptRef, reason: Type.String() }),
  Type.Object({
    type: Type.Literal('heartbeat'),
    leases: Type.Array(Type.Object(AttemptRef)),
    telemetry: TelemetrySchema,
    /** As in hello, only when it is not what this session was told last: a script came, changed or went. */
    plugins: Type.Optional(Type.Array(PluginOfferSchema)),
  }),
  Type.Object({ type: Type.Literal('event'), seq: Type.Integer({ minimum: 1 }), event: AgentEventSchema }),
  Type.Object({
    type: Type.Literal('log'),
    ...AttemptRef,
    /** Byte offset of `text` in the attempt's log. */
    offset: Type.Integer({ minimum: 0 }),
    /** Whole NDJSON lines, at most 256 KiB. */
    text: Type.String(),
  }),
  Type.Object({ type: Type.Literal('progress'), ...AttemptRef, progress: ProgressSchema }),
  Type.Object({
    type: Type.Literal('listing'),
    id: Type.String(),
    path: Type.String(),
    entries: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          kind: Type.Enum(['file', 'folder']),
          size: Type.Integer(),
          modifiedAt: Type.String(),
        }),
      ),
    ),
    /** True when the folder holds more than could be sent. */
    more: Type.Optional(Type.Boolean()),
    failure: Type.Optional(FailureSchema),
  }),
  Type.Object({
    type: Type.Literal('answer'),
    id: Type.String(),
    /** Its shape follows from the question. */
    answer: Type.Optional(Type.Unknown()),
    failure: Type.Optional(FailureSchema),
  }),
  Type.Object({ type: Type.Literal('goodbye'), reason: Type.String() }),
  Type.Object({ type: Type.Literal('problem'), about: Type.String(), failure: FailureSchema }),
]);
export type AgentMessage = Static<typeof AgentMessageSchema>;

export const PlatformMessageSchema = Type.Union([
  Type.Object({
    type: Type.Literal('welcome'),
    protocol: Type.Integer(),
    version: Type.String(),
    agentId: Type.Integer(),
    /** Highest event sequence the platform has stored; everything up to it may leave the outbox. */
    ackSeq: Type.Integer({ minimum: 0 }),
    heartbeatMs: Type.Integer(),
    leaseMs: Type.Integer(),
    /** Verdict on each attempt of the hello. `abandon`: stop it and forget it, without a report. */
    attempts: Type.Array(
      Type.Object({
        ...AttemptRef,
        verdict: Type.Enum(['resume', 'abandon', 'cancel']),
        logOffset: Type.Integer(),
      }),
    ),
    time: Type.String(),
  }),
  Type.Object({ type: Type.Literal('offer'), task: TaskSchema, attempt: Type.Integer({ minimum: 1 }) }),
  Type.Object({ type: Type.Literal('cancel'), ...AttemptRef, reason: Type.String() }),
  Type.Object({ type: Type.Literal('ack'), seq: Type.Integer({ minimum: 0 }) }),
  Type.Object({
    type: Type.Literal('beat'),
    /** Leases of the heartbeat that are gone: stop these attempts. */
    lost: Type.Array(Type.Object(AttemptRef)),
    time: Type.String(),
  }),
  Type.Object({ type: Type.Literal('logAck'), ...AttemptRef, offset: Type.Integer({ minimum: 0 }) }),
  Type.Object({ type: Type.Literal('drain'), on: Type.Boolean() }),
  Type.Object({ type: Type.Literal('list'), id: Type.String(), path: Type.String() }),
  Type.Object({
    type: Type.Literal('ask'),
    id: Type.String(),
    /** One of those the agent named in its hello. */
    question: Type.String(),
    with: Type.Unknown(),
  }),
  Type.Object({ type: Type.Literal('problem'), about: Type.String(), failure: FailureSchema }),
]);
export type PlatformMessage = Static<typeof PlatformMessageSchema>;
