/** Runs coco_check.py where the system's Python has numpy and PIL; else the tests that need it say so and are skipped. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./coco_check.py', import.meta.url));

export const hasOracle = spawnSync(PYTHON, ['-c', 'import numpy, PIL']).status === 0;
if (!hasOracle)
  process.stderr.write(
    'SKIPPED: the COCO oracle needs /usr/bin/python3 with numpy and PIL (apt-get install python3-numpy python3-pil)\n',
  );

export function oracle<T>(...args: string[]): T {
  const ran = spawnSync(PYTHON, [SCRIPT, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as T;
}

/** A mask as the script tells it. */
export type ToldMask = [x: number, y: number, width: number, height: number, sha256: string];

export interface CheckedFile {
  problems: string[];
  images: number;
  annotations: {
    image: string;
    category: string;
    bbox: number[];
    mask?: ToldMask;
    rings?: number[][];
    keypoints?: number[];
  }[];
}
