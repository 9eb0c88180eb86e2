/**
 * Who has a file of these sources open for writing, as far as /proc tells: all processes for root, else the
 * user's own. A hint that catches a writer in a long pause; never the only reason to call a source settled.
 * /proc is memory, so synchronous calls in slices are the cheap way.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const MAX_MS = 5_000;
const SLICE_MS = 8;
const WRITE_FLAGS = 0o3;

/** Source path -> words about one writer. Sources without a known writer have no entry. */
export async function findWriters(
  sources: readonly string[],
  proc = '/proc',
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (sources.length === 0) return found;
  const wanted = new Set(sources);
  const folders = new Set(sources.map((source) => path.dirname(source)));
  const deadline = performance.now() + MAX_MS;
  let sliceStart = performance.now();
  for (const pid of orNothing(() => readdirSync(proc)) ?? []) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const folder = `${proc}/${pid}/fd`;
    for (const fd of orNothing(() => readdirSync(folder)) ?? []) {
      const target = orNothing(() => readlinkSync(`${folder}/${fd}`)) ?? '';
      const source = sourceOf(target, folders);
      if (source === undefined || !wanted.has(source) || found.has(source)) continue;
      if (!isWriting(`${proc}/${pid}/fdinfo/${fd}`)) continue;
      const command = orNothing(() => readFileSync(`${proc}/${pid}/comm`, 'utf8'))?.trim();
      const file = path.relative(path.dirname(source), target);
      found.set(source, `${file} is open for writing by process ${pid} (${command ?? 'unknown'})`);
    }
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await turn();
    sliceStart = performance.now();
    if (sliceStart > deadline) break;
  }
  return found;
}

/** The entry of one of the folders that a path is or lies in. */
function sourceOf(target: string, folders: ReadonlySet<string>): string | undefined {
  for (const folder of folders) {
    if (!target.startsWith(`${folder}/`)) continue;
    const end = target.indexOf('/', folder.length + 1);
    return end < 0 ? target : target.slice(0, end);
  }
  return undefined;
}

function isWriting(info: string): boolean {
  const text = orNothing(() => readFileSync(info, 'utf8')) ?? '';
  const flags = /^flags:\s*([0-7]+)/m.exec(text)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & WRITE_FLAGS) !== 0;
}

/** A process may end, or belong to someone else, between any two calls. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
