/** The self-test of a plugin: its own small sample through the real runner, publishing nothing. */
import { type Static, Type } from 'typebox';
import { DigestOfSchema, DigestSchema } from './run-record.ts';
import { FailureSchema } from './task.ts';

export const SelfTestSchema = Type.Object({
  plugin: Type.String(),
  version: Type.String(),
  state: Type.Enum(['ok', 'failed']),
  /** ISO-8601 UTC with ms: when it began. */
  at: Type.String(),
  ms: Type.Integer({ minimum: 0 }),
  /** What was done, in order; a failed one is the last. `items`: written by an export, found by an import. */
  steps: Type.Array(
    Type.Object({
      name: Type.Enum(['export', 'import']),
      ms: Type.Integer({ minimum: 0 }),
      items: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  ),
  failure: Type.Optional(FailureSchema),
  /** What it ran as. */
  isolation: Type.String(),
  digest: Type.Optional(DigestSchema),
  digestOf: Type.Optional(DigestOfSchema),
});
export type SelfTest = Static<typeof SelfTestSchema>;
