/** Imports and exports of this plugin in this process; test/import.test.ts and test/export.test.ts run the host too. */
import type { Verdict } from '../../../src/plugin-kit/plugin.ts';
import { type ExportedHere, exportHere } from '../../../test/support/export-here.ts';
import {
  detectHere,
  type Files,
  type HereResult,
  importHere,
  told,
} from '../../../test/support/import-here.ts';

export { labelsOf } from '../../../test/support/import-here.ts';

type Options = Record<string, unknown>;

export const importFiles = (files: Files, options: Options = {}): Promise<HereResult> =>
  importHere({ plugin: 'voc', files, options });
export const exportFiles = (files: Files, options: Options = {}): Promise<ExportedHere> =>
  exportHere('voc', files, options);
export const detectFiles = (files: Files): Promise<Verdict> => detectHere('voc', files);

/** `status file place: message` each. */
export const said = (run: Pick<HereResult, 'reports'>): string[] =>
  told(run).map((line) => line.replace(/^(\w+) data\//, '$1 '));
