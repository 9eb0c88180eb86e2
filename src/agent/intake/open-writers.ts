/**
 * Who has a file of these sources open for writing, as far as /proc tells: all processes for root, else the
 * user's own. A hint that catches a writer in a long pause; never the only reason to call a source settled.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

const MAX_MS = 500;
const MAX_DESCRIPTORS = 50_000;
const WRITE_FLAGS = 0o3;

/** Source path -> words about one writer. Sources without a known writer have no entry. */
export async function findWriters(
  sources: readonly string[],
  proc = '/proc',
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (sources.length === 0) return found;
  const deadline = performance.now() + MAX_MS;
  let descriptors = 0;
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (Number(pid) === process.pid) continue;
    const folder = path.join(proc, pid, 'fd');
    for (const fd of await readdir(folder).catch(() => [])) {
      if (performance.now() > deadline || ++descriptors > MAX_DESCRIPTORS) return found;
      const target = await readlink(path.join(folder, fd)).catch(() => '');
      const source = sources.find((one) => target === one || target.startsWith(`${one}/`));
      if (source === undefined || found.has(source)) continue;
      if (!(await isWriting(path.join(proc, pid, 'fdinfo', fd)))) continue;
      const command = (await readFile(path.join(proc, pid, 'comm'), 'utf8').catch(() => '')).trim();
      const file = path.relative(path.dirname(source), target);
      found.set(
        source,
        `${file} is open for writing by process ${pid}${command === '' ? '' : ` (${command})`}`,
      );
    }
  }
  return found;
}

async function isWriting(info: string): Promise<boolean> {
  const text = await readFile(info, 'utf8').catch(() => '');
  const flags = /^flags:\s*([0-7]+)/m.exec(text)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & WRITE_FLAGS) !== 0;
}
