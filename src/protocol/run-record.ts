/**
 * What one run of a plugin really was: its image, the cage it ran in and what it used. Told by the agent from what
 * the engine or the kernel says, never from what was asked for.
 */
import { type Static, Type } from 'typebox';

const Amount = Type.Number({ minimum: 0 });

/**
 * What `digest` is of: `registry`: the image as its registry knows it; `image`: an image that was built on that
 * machine (its id); `files`: the program's own files, of a script that one file.
 */
export const DigestOfSchema = Type.Enum(['registry', 'image', 'files']);

export const DigestSchema = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });

export const RunOptionSchema = Type.Object({
  name: Type.String({ maxLength: 100 }),
  /** For a person; amounts with their unit. No path of the machine is in it. */
  value: Type.String({ maxLength: 4000 }),
  /** Only where this is weaker than what this program asks for by itself: what that means, in one sentence. */
  weaker: Type.Optional(Type.String({ maxLength: 500 })),
});
export type RunOption = Static<typeof RunOptionSchema>;

/** At most so many points an attempt; where there would be more, every second one goes. */
export const MOST_USAGE_POINTS = 600;

const Series = Type.Array(Amount, { maxItems: MOST_USAGE_POINTS });

/** Series of one length. All but `memoryBytes` count from the start of the run. What the runner cannot tell is absent. */
export const UsageSchema = Type.Object({
  /** Milliseconds since the start of the run. */
  at: Series,
  /** In use at that time; of points that were left out, the highest. */
  memoryBytes: Type.Optional(Series),
  cpuMs: Type.Optional(Series),
  readBytes: Type.Optional(Series),
  writtenBytes: Type.Optional(Series),
  receivedBytes: Type.Optional(Series),
  sentBytes: Type.Optional(Series),
});
export type Usage = Static<typeof UsageSchema>;

/** The highest and the last of the series, and of all points that were left out. */
export const UsedSchema = Type.Object({
  peakMemoryBytes: Type.Optional(Amount),
  /** Most processors in use between two points. */
  peakCpus: Type.Optional(Amount),
  cpuMs: Type.Optional(Amount),
  readBytes: Type.Optional(Amount),
  writtenBytes: Type.Optional(Amount),
  receivedBytes: Type.Optional(Amount),
  sentBytes: Type.Optional(Amount),
});
export type Used = Static<typeof UsedSchema>;

const WhatRan = {
  /** As the manifest names it. */
  image: Type.String({ maxLength: 1000 }),
  digest: Type.Optional(DigestSchema),
  digestOf: Type.Optional(DigestOfSchema),
  /** `docker`, `bubblewrap` or `node-permission`. */
  isolation: Type.String({ maxLength: 50 }),
  /** Of a script plugin: the file and the SHA-256 of the copy that ran. */
  script: Type.Optional(Type.Object({ file: Type.String({ maxLength: 255 }), digest: DigestSchema })),
};

/** What of it is kept with the result of a task. */
export const RunSummarySchema = Type.Object({ ...WhatRan, used: Type.Optional(UsedSchema) });
export type RunSummary = Static<typeof RunSummarySchema>;

export const RunRecordSchema = Type.Object({
  ...WhatRan,
  /** Counted from 1 in an attempt; the last one is kept. */
  run: Type.Integer({ minimum: 1 }),
  plugin: Type.String({ maxLength: 100 }),
  version: Type.String({ maxLength: 100 }),
  /** ISO-8601 UTC with ms. */
  startedAt: Type.String({ maxLength: 40 }),
  endedAt: Type.Optional(Type.String({ maxLength: 40 })),
  /** How it ended, for a person. */
  ended: Type.Optional(Type.String({ maxLength: 2000 })),
  limits: Type.Object({ memoryBytes: Type.Optional(Amount), cpus: Type.Optional(Amount) }),
  options: Type.Array(RunOptionSchema, { maxItems: 100 }),
  usage: UsageSchema,
  used: UsedSchema,
});
export type RunRecord = Static<typeof RunRecordSchema>;

/** Largest record as JSON. */
export const MAX_RUN_RECORD_BYTES = 256 << 10;
