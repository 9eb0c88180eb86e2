/** A source written by a Python script (with Pillow and numpy of the system) beside the test, and what must come out of it. */
import { execFileSync } from 'node:child_process';
import { tempFolder } from './temp-folder.ts';

/** The script gets the folder to fill as its argument and prints JSON. */
export function pythonSource<T>(script: string): { folder: string; expected: T } {
  const folder = tempFolder('source');
  const text = execFileSync('/usr/bin/python3', [script, folder], { encoding: 'utf8' });
  return { folder, expected: JSON.parse(text) as T };
}
