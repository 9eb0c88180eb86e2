/**
 * One upload on disk: `uploads/<id>/data`, a sparse file with every part at its place, and beside it `parts`, a
 * line a part that is written and synced. A part is noted after its bytes are on disk and crossed out before
 * they are written over, so a line never speaks of other bytes. A torn last line is a part not noted.
 */
import { appendFile, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../lib/errors.ts';

export interface ReceivedPart {
  part: number;
  crc32: number;
  size: number;
}

export interface UploadFiles {
  folder: string;
  data: string;
  parts: string;
}

export function uploadFiles(uploads: string, id: string): UploadFiles {
  const folder = path.join(uploads, id);
  return { folder, data: path.join(folder, 'data'), parts: path.join(folder, 'parts') };
}

/** Undefined when there is no such upload. */
export async function readParts(files: UploadFiles): Promise<Map<number, ReceivedPart> | undefined> {
  let text: string;
  try {
    text = await readFile(files.parts, 'utf8');
    await stat(files.data);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // What follows a torn line would be read as part of it.
  if (whole.length < text.length) await truncate(files.parts, Buffer.byteLength(whole));
  const parts = new Map<number, ReceivedPart>();
  for (const line of whole.split('\n')) {
    const [part, crc32, size] = line.split(' ').map(Number);
    if (part === undefined || crc32 === undefined || line === '') continue;
    if (size === undefined || Number.isNaN(size)) parts.delete(part);
    else parts.set(part, { part, crc32, size });
  }
  return parts;
}

export async function makeUpload(files: UploadFiles): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  await writeFile(files.data, '', { flag: 'a', mode: 0o600 });
  await writeFile(files.parts, '', { mode: 0o600 });
}

export async function noteReceived(files: UploadFiles, { part, crc32, size }: ReceivedPart): Promise<void> {
  await appendFile(files.parts, `${part} ${crc32} ${size}\n`, { flag: 'a', flush: true });
}

export async function crossOut(files: UploadFiles, part: number): Promise<void> {
  await appendFile(files.parts, `${part} 0 gone\n`, { flag: 'a', flush: true });
}

export async function removeUpload(files: UploadFiles): Promise<void> {
  await rm(files.folder, { recursive: true, force: true });
}
