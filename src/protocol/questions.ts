/**
 * What the platform may ask an agent over the link, by name, with the shapes of question and answer. An agent
 * says in its hello which it answers. No question names a path or a command: what is removed or tried again is
 * named by a token or a name the agent itself gave before.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { SelfTestSchema } from './self-test.ts';

const Count = Type.Integer({ minimum: 0 });
/** ISO-8601 UTC with ms. */
const Time = Type.String();
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Nothing = Type.Object({});

// ---------------------------------------------------------------- doctor

export const DoctorStateSchema = Type.Object({
  running: orNull(Type.Object({ startedAt: Time, security: Type.Boolean() })),
  /** The last run that ended. */
  last: orNull(
    Type.Object({
      startedAt: Time,
      endedAt: Time,
      security: Type.Boolean(),
      checks: Type.Array(
        Type.Object({
          name: Type.String(),
          state: Type.Enum(['ok', 'warning', 'failed']),
          detail: Type.String(),
          /** What the person can do; only where something is wrong. */
          hint: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
});
export type DoctorState = Static<typeof DoctorStateSchema>;

// ---------------------------------------------------------------- clean-up

/**
 * `leftovers`: bytes of attempts that have ended; `logs`: their logs and reports; `runs`: containers without a task;
 * `images`: of plugins, pulled or built for them and needed by none any more.
 */
const CLEAN_UP_CLASSES = ['leftovers', 'logs', 'runs', 'images'] as const;
const CleanUpClassSchema = Type.Enum([...CLEAN_UP_CLASSES]);
export type CleanUpClass = Static<typeof CleanUpClassSchema>;

export const CleanUpPlanSchema = Type.Object({
  /** Names this plan to `cleanUp.remove`, once, until `expiresAt`. */
  token: Type.String(),
  expiresAt: Time,
  items: Type.Array(
    Type.Object({
      class: CleanUpClassSchema,
      title: Type.String(),
      /** 0 where it is not known. */
      bytes: Count,
      /** When it was last touched; null where it is not known. */
      modifiedAt: orNull(Time),
    }),
  ),
  /** There is more than one plan holds; the oldest are in this one. */
  more: Type.Boolean(),
  /** What stays and why. */
  kept: Type.Array(Type.Object({ reason: Type.String(), items: Count })),
});
export type CleanUpPlan = Static<typeof CleanUpPlanSchema>;

export const CleanUpResultSchema = Type.Object({
  removed: Count,
  bytes: Count,
  /** What was in the plan and is still there. */
  left: Type.Array(Type.Object({ title: Type.String(), reason: Type.String() })),
});
export type CleanUpResult = Static<typeof CleanUpResultSchema>;

// ---------------------------------------------------------------- upload folder

const listed = <T extends TSchema>(entry: T) =>
  /** `total` may be more than what is `shown`. */
  Type.Object({ total: Count, shown: Type.Array(entry) });

export const FolderStateSchema = Type.Object({
  path: Type.String(),
  mode: Type.Enum(['watching', 'scanning-only', 'stopped', 'unreadable']),
  /** Why it is not watched or what is odd about it. */
  detail: orNull(Type.String()),
  /** Kind of a file system that other machines may write on: what they do shows with the next full scan only. */
  remote: Type.Optional(Type.String()),
  lastScanAt: orNull(Time),
  scanSeconds: Type.Number({ minimum: 0 }),
  settleSeconds: Type.Number({ minimum: 0 }),
  /** Entries that are, or may become, tasks. */
  sources: Count,
  settling: listed(
    Type.Object({
      name: Type.String(),
      waitsFor: Type.String(),
      /** When it is looked at again; null: with the next full scan. */
      dueAt: orNull(Time),
      files: Count,
      bytes: Count,
    }),
  ),
  ignored: listed(Type.Object({ name: Type.String(), reason: Type.String(), hint: Type.String() })),
  /** Failed and canceled imports, and sources that cannot be taken as they are. */
  failed: listed(
    Type.Object({
      name: Type.String(),
      state: Type.Enum(['failed', 'canceled']),
      detail: Type.String(),
      hint: Type.Optional(Type.String()),
      /** Key of its task; null: it never became one. */
      task: orNull(Type.String()),
    }),
  ),
});
export type FolderState = Static<typeof FolderStateSchema>;

// ---------------------------------------------------------------- settings and retention

const Origin = Type.Enum(['flag', 'env', 'file', 'default']);

export const AgentSettingsSchema = Type.Object({
  /** The file that was read; null: none. */
  file: orNull(Type.String()),
  settings: Type.Array(
    Type.Object({
      name: Type.String(),
      /** As text; secrets and passwords in addresses are not in it. Null: not set. */
      value: orNull(Type.String()),
      origin: Origin,
      about: Type.String(),
    }),
  ),
});
export type AgentSettings = Static<typeof AgentSettingsSchema>;

export const RetentionTableSchema = Type.Object({
  rows: Type.Array(
    Type.Object({
      what: Type.String(),
      /** How long, in ms; null: `until` says it. */
      keptMs: orNull(Count),
      until: Type.String(),
      why: Type.String(),
      /** The setting it follows, with where its value comes from; null: fixed. */
      setting: orNull(Type.Object({ name: Type.String(), origin: Origin })),
    }),
  ),
  lastAt: orNull(Time),
  /** What the last round took away; null before the first. */
  lastRemoved: orNull(Count),
  nextAt: orNull(Time),
});
export type RetentionTable = Static<typeof RetentionTableSchema>;

// ---------------------------------------------------------------- support bundle

export const SupportBundleSchema = Type.Object({
  /** Of the archive. */
  size: Count,
  sha256: Type.String(),
  files: Type.Array(Type.Object({ file: Type.String(), bytes: Count })),
});
export type SupportBundleFacts = Static<typeof SupportBundleSchema>;

// ---------------------------------------------------------------- all of them

export const QUESTIONS = {
  'doctor.state': { asks: Nothing, answers: DoctorStateSchema },
  'doctor.run': { asks: Type.Object({ security: Type.Boolean() }), answers: DoctorStateSchema },
  'cleanUp.look': {
    /** Logs and reports of tasks that ended within the last `logDays` days stay. */
    asks: Type.Object({ logDays: Type.Integer({ minimum: 0, maximum: 3650 }) }),
    answers: CleanUpPlanSchema,
  },
  'cleanUp.remove': {
    asks: Type.Object({
      token: Type.String({ maxLength: 100 }),
      classes: Type.Array(CleanUpClassSchema, { maxItems: CLEAN_UP_CLASSES.length }),
    }),
    answers: CleanUpResultSchema,
  },
  'folder.state': { asks: Nothing, answers: FolderStateSchema },
  /** A source of the `failed` list, by its name there. */
  'folder.retry': {
    asks: Type.Object({ name: Type.String({ maxLength: 1024 }) }),
    answers: Type.Object({ accepted: Type.String() }),
  },
  /** Runs its own small sample; publishes nothing. One test at a time: a second one is refused. */
  'plugin.test': {
    asks: Type.Object({ plugin: Type.String({ maxLength: 100 }) }),
    answers: SelfTestSchema,
  },
  settings: { asks: Nothing, answers: AgentSettingsSchema },
  retention: { asks: Nothing, answers: RetentionTableSchema },
  /** Makes a support bundle and sends it over the data plane, to the place `upload` names; answers when it is there. */
  'support.bundle': {
    asks: Type.Object({ upload: Type.String({ maxLength: 100 }) }),
    answers: SupportBundleSchema,
  },
} as const satisfies Record<string, { asks: TSchema; answers: TSchema }>;

export type QuestionName = keyof typeof QUESTIONS;
export type Asked<N extends QuestionName> = Static<(typeof QUESTIONS)[N]['asks']>;
export type Answered<N extends QuestionName> = Static<(typeof QUESTIONS)[N]['answers']>;
