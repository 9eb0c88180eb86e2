/** A folder as the files of a test: path -> bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export function folderFiles(folder: string): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file).split(path.sep).join('/')] = readFileSync(file);
  }
  return files;
}
