/** The opened source on disk, so that a restarted agent accounts for the very files the plugin was given. */
import { createReadStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { fsyncFolder } from '../../lib/atomic-file.ts';
import { readLines } from '../../lib/lines.ts';
import type { ReportLine } from '../../protocol/task.ts';
import type { SourceFile, SourceTree } from '../ports/sources.ts';

type Row =
  | { root: string }
  | { path: string; size: number; mtimeNs: string; inode: string }
  | { refused: ReportLine };

export async function saveTree(file: string, tree: SourceTree): Promise<void> {
  const temp = `${file}.tmp`;
  const handle = await open(temp, 'w');
  try {
    let block = `${JSON.stringify({ root: tree.root } satisfies Row)}\n`;
    const add = async (row: Row): Promise<void> => {
      block += `${JSON.stringify(row)}\n`;
      if (block.length > 1 << 18) {
        await handle.write(block);
        block = '';
      }
    };
    for (const one of tree.files)
      await add({ ...one, mtimeNs: String(one.mtimeNs), inode: String(one.inode) });
    for (const refused of tree.refused) await add({ refused });
    await handle.write(block);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temp, file);
  await fsyncFolder(path.dirname(file));
}

/** Undefined when the source was never opened completely. */
export async function loadTree(file: string): Promise<SourceTree | undefined> {
  const files: SourceFile[] = [];
  const refused: ReportLine[] = [];
  let root: string | undefined;
  try {
    for await (const { text } of readLines(createReadStream(file))) {
      const row = JSON.parse(text) as Row;
      if ('root' in row) root = row.root;
      else if ('refused' in row) refused.push(row.refused);
      else files.push({ ...row, mtimeNs: BigInt(row.mtimeNs), inode: BigInt(row.inode) });
    }
  } catch {
    return undefined;
  }
  return root === undefined ? undefined : { root, files, refused };
}
