/** Runs tfrecord_oracle.py with the system's Python and Pillow. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./tfrecord_oracle.py', import.meta.url));

export const oracle = <T>(...args: string[]): T =>
  JSON.parse(
    execFileSync('/usr/bin/python3', [SCRIPT, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }),
  ) as T;

/** A record as the script tells it. */
export type ToldRecord = Record<string, unknown[]>;
