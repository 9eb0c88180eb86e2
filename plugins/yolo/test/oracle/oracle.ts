/** An export told by yolo_check.py, which knows nothing of this program. */
import { fileURLToPath } from 'node:url';
import { writeFiles } from '../../../../test/support/import-here.ts';
import { runPython } from '../../../../test/support/python.ts';
import type { PluginRunResult } from '../../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../../test/support/temp-folder.ts';
import { unpacked } from '../cases.ts';

const SCRIPT = fileURLToPath(new URL('./yolo_check.py', import.meta.url));

export interface ToldObject {
  class: string;
  /** Left, top, right, bottom in the plane. */
  box?: number[];
  points?: number[];
  area?: number;
  /** Of the smallest rectangle, the shorter first. */
  sides?: number[];
  keypoints?: number[][];
}

export interface ToldExport {
  problems: string[];
  names: string[];
  yaml: Record<string, unknown>;
  images: Record<string, ToldObject[]>;
}

export function toldExport(run: PluginRunResult, task: string): ToldExport {
  const folder = tempFolder('yolo-export');
  writeFiles(folder, unpacked(run));
  return JSON.parse(runPython(SCRIPT, folder, task)) as ToldExport;
}
