/** What an agent tells of its machine: disks, memory, graphics cards, clock, and what separates plugins from it. */
import { type Static, Type } from 'typebox';

const Bytes = Type.Integer({ minimum: 0 });
const orNull = <T extends ReturnType<typeof Type.Integer | typeof Type.String>>(schema: T) =>
  Type.Union([schema, Type.Null()]);
/** ISO-8601 UTC with ms. */
const Time = Type.String();

/** What the folders of an agent hold, told apart by who made it and what it is good for. */
export const SPACE_CLASSES = ['sources', 'results', 'logs', 'journal', 'other'] as const;
export type SpaceClass = (typeof SPACE_CLASSES)[number];

const SpaceSchema = Type.Object({
  countedAt: Time,
  /** False: counting ended at its limit, so every number is "at least". */
  whole: Type.Boolean(),
  classes: Type.Array(
    /** One of SPACE_CLASSES, or `images`: those of plugins at the engine. A newer agent may know more. */
    Type.Object({ class: Type.String(), files: Type.Integer({ minimum: 0 }), bytes: Bytes }),
  ),
});
export type Space = Static<typeof SpaceSchema>;

const FileSystemSchema = Type.Object({
  /** Which of the agent's folders lie on it: `data`, `upload`, `temp`; a newer agent may know more. */
  holds: Type.Array(Type.String()),
  freeBytes: Bytes,
  totalBytes: Bytes,
  /** Null where the file system does not count them. */
  freeFiles: orNull(Type.Integer({ minimum: 0 })),
});
export type FileSystem = Static<typeof FileSystemSchema>;

const GpuSchema = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  name: Type.String(),
  driver: Type.String(),
  /** Null: the card does not tell. */
  memoryUsedBytes: orNull(Bytes),
  memoryTotalBytes: orNull(Bytes),
  /** Percent of the last sample's time. */
  utilization: orNull(Type.Integer()),
  /** Degrees Celsius. */
  temperature: orNull(Type.Integer()),
});
export type Gpu = Static<typeof GpuSchema>;

const GpuStateSchema = Type.Object({
  /** `none`: no program that could tell is installed; `unknown`: it is, but gave no answer that can be used. */
  state: Type.Enum(['none', 'ok', 'unknown']),
  /** With `none` and `unknown`: why, in one sentence. */
  detail: Type.Optional(Type.String()),
  cards: Type.Array(GpuSchema),
});
export type GpuState = Static<typeof GpuStateSchema>;

/** What a plugin is given, one line a thing, with what of it is only asked for and not enforced here. */
const IsolationFactSchema = Type.Object({
  name: Type.String(),
  value: Type.String(),
  enforced: Type.Boolean(),
});
export type IsolationFact = Static<typeof IsolationFactSchema>;

const IsolationSchema = Type.Object({
  kind: Type.String(),
  /** What the engine says of itself; absent without one. */
  engine: Type.Optional(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      rootless: Type.Boolean(),
      /** Root in a container is somebody else outside. */
      userns: Type.Boolean(),
      /** Name of the profile; null = switched off. */
      seccomp: orNull(Type.String()),
      apparmor: Type.Boolean(),
      selinux: Type.Boolean(),
      /** Limits it says it cannot set on this machine. */
      missing: Type.Array(Type.String()),
    }),
  ),
  facts: Type.Array(IsolationFactSchema),
});

export const MachineSchema = Type.Object({
  at: Time,
  cpus: Type.Integer({ minimum: 1 }),
  /** Load averages over 1, 5 and 15 minutes. */
  load: Type.Array(Type.Number()),
  memory: Type.Object({ availableBytes: Bytes, totalBytes: Bytes }),
  fileSystems: Type.Array(FileSystemSchema),
  /** Absent until they were counted for the first time. */
  space: Type.Optional(SpaceSchema),
  gpus: GpuStateSchema,
  /** Absent until the platform has answered a heartbeat. */
  clock: Type.Optional(
    Type.Object({
      /** How far the platform's clock is ahead of the agent's, in ms; exact to half of `roundTripMs`. */
      skewMs: Type.Integer(),
      roundTripMs: Type.Integer({ minimum: 0 }),
    }),
  ),
  isolation: IsolationSchema,
});
export type Machine = Static<typeof MachineSchema>;
