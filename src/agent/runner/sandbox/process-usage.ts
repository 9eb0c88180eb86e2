/** What a process and all below it use, from /proc. Linux only: elsewhere nothing is told. */
import { readdirSync, readFileSync } from 'node:fs';
import type { UsagePoint } from '../../ports/runner.ts';

/** Ticks of a second in /proc/<pid>/stat; fixed for programs on Linux. */
const TICKS = 100;
/** A plugin that starts more than its limit of processes does not make this slow. */
const MOST_PROCESSES = 512;

interface Part {
  cpuMs: number;
  memoryBytes: number;
  /** Undefined where the kernel does not let us see it. */
  io: { read: number; written: number } | undefined;
}

/** Undefined when the process has ended. */
export function usageOfProcesses(root: number, proc = '/proc'): UsagePoint | undefined {
  const parts: Part[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined && parts.length < MOST_PROCESSES; pid = waiting.pop()) {
    const part = readPart(`${proc}/${pid}`);
    if (part === undefined) continue;
    parts.push(part);
    waiting.push(...childrenOf(`${proc}/${pid}`));
  }
  if (parts.length === 0) return undefined;
  const sum = (of: (part: Part) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const seen = parts.some((part) => part.io !== undefined);
  return {
    memoryBytes: sum((part) => part.memoryBytes),
    cpuMs: sum((part) => part.cpuMs),
    ...(seen && {
      readBytes: sum((part) => part.io?.read ?? 0),
      writtenBytes: sum((part) => part.io?.written ?? 0),
    }),
  };
}

function readPart(folder: string): Part | undefined {
  const stat = read(`${folder}/stat`);
  if (stat === undefined) return undefined;
  // The name in brackets may hold spaces and brackets; what follows the last one is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // User, system, and both of children that have ended.
  const ticks = fields.slice(11, 15).reduce((all, one) => all + Number(one), 0);
  const status = read(`${folder}/status`) ?? '';
  const io = read(`${folder}/io`);
  return {
    cpuMs: (ticks * 1000) / TICKS,
    memoryBytes: numberIn(status, /^VmRSS:\s+(\d+) kB$/m) * 1024,
    io:
      io === undefined
        ? undefined
        : { read: numberIn(io, /^read_bytes: (\d+)$/m), written: numberIn(io, /^write_bytes: (\d+)$/m) },
  };
}

function childrenOf(folder: string): number[] {
  try {
    return readdirSync(`${folder}/task`).flatMap((thread) => {
      const text = (read(`${folder}/task/${thread}/children`) ?? '').trim();
      return text === '' ? [] : text.split(' ').map(Number);
    });
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone, or not ours to see.
    return undefined;
  }
}
