/** Lays an archive out as files and has voc_read.py read it; where Python lacks what it needs, those tests are skipped. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../../../../test/support/temp-folder.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./voc_read.py', import.meta.url));

export const hasOracle = spawnSync(PYTHON, ['-c', 'import numpy, PIL']).status === 0;
if (!hasOracle)
  process.stderr.write(
    'SKIPPED: the VOC oracle needs /usr/bin/python3 with numpy and PIL (apt-get install python3-numpy python3-pil)\n',
  );

export interface ReadMask {
  mode: string;
  /** `rrggbb`, row by row. */
  colours: string[][];
  indices?: number[][];
}

export interface ReadVoc {
  pictures: Record<string, [format: string, width: number, height: number, first: number[]]>;
  annotations: Record<
    string,
    {
      root: string;
      filename: string;
      size: number[];
      segmented: string;
      objects: {
        name: string;
        box: number[];
        fields: Record<string, string | null>;
        point: number[] | null;
        parts: [string, number[], Record<string, string | null>][];
      }[];
    }
  >;
  classes: Record<string, ReadMask>;
  objects: Record<string, ReadMask>;
  main: Record<string, string[]>;
  segmentation: Record<string, string[]>;
  colours: string | null;
}

export function readVoc(entries: Readonly<Record<string, Uint8Array>>): ReadVoc {
  const folder = tempFolder('voc-oracle');
  for (const [name, bytes] of Object.entries(entries)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  const ran = spawnSync(PYTHON, [SCRIPT, path.join(folder, 'VOCdevkit', 'VOC')], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as ReadVoc;
}
