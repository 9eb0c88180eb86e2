/** Script plugins: Python files an operator drops into a folder of the agent. */
import { type Static, Type } from 'typebox';

export const ScriptSchema = Type.Object({
  /** Name of the file in the scripts folder. */
  file: Type.String({ maxLength: 255 }),
  /** True: it belongs to "Download as ..." and must write an archive. False: "Run a script", with or without one. */
  download: Type.Boolean(),
});
export type Script = Static<typeof ScriptSchema>;

export const ScriptsStateSchema = Type.Object({
  /** Absolute path on the agent's machine. */
  folder: Type.String(),
  /** Files that look like scripts and are left out, each with what a person can do about it. */
  refused: Type.Array(Type.Object({ file: Type.String(), reason: Type.String() })),
});
export type ScriptsState = Static<typeof ScriptsStateSchema>;
