import { writeFileSync } from 'node:fs';
import type { ProjectWriter } from '../../../src/plugin-kit/plugin.ts';

/** Writes an NRRD file below `results/`; returns its path there. */
export function storeResult(project: Pick<ProjectWriter, 'resultFile'>, bytes: Buffer): string {
  const { absolute, result } = project.resultFile('mask.nrrd');
  writeFileSync(absolute, bytes);
  return result;
}
