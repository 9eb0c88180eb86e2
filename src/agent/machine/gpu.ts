/**
 * Graphics cards, as `nvidia-smi` tells them. A driver in trouble makes that program hang where no signal reaches
 * it, so its end is never waited for longer than `timeoutMs`, and while one hangs no other is started.
 */
import { execFile } from 'node:child_process';
import { errnoOf } from '../../lib/errors.ts';
import type { Gpu, GpuState } from '../../protocol/machine.ts';

const PROGRAM = 'nvidia-smi';
const FIELDS = ['index', 'name', 'driver_version', 'memory.used', 'memory.total'] as const;
const LIVE_FIELDS = ['utilization.gpu', 'temperature.gpu'] as const;
const TIMEOUT_MS = 5_000;
const MOST_OUTPUT = 64 * 1024;
const MOST_CARDS = 32;
const MOST_NAME = 100;
const MIB = 1024 * 1024;

export interface GpuReader {
  read(): Promise<GpuState>;
}

export function createGpuReader({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}): GpuReader {
  let hanging = false;

  /** Resolves when the program has ended, or at its deadline. */
  function run(): Promise<GpuState> {
    return new Promise((resolve) => {
      const query = `--query-gpu=${[...FIELDS, ...LIVE_FIELDS].join(',')}`;
      const options = { maxBuffer: MOST_OUTPUT, timeout: timeoutMs, killSignal: 'SIGKILL' as const };
      hanging = true;
      const timer = setTimeout(() => resolve(unknown(`it gave no answer within ${timeoutMs} ms`)), timeoutMs);
      execFile(PROGRAM, [query, '--format=csv,noheader,nounits'], options, (error, stdout, stderr) => {
        hanging = false;
        clearTimeout(timer);
        resolve(error === null ? parseGpus(stdout) : failed(error, `${stdout}\n${stderr}`));
      });
    });
  }

  return {
    read: async () => (hanging ? unknown('an earlier call of it still hangs') : run()),
  };
}

/** Pure. What cannot be understood is said, never thrown. */
export function parseGpus(text: string): GpuState {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return { state: 'none', detail: 'nvidia-smi finds no card', cards: [] };
  const cards: Gpu[] = [];
  for (const line of lines.slice(0, MOST_CARDS)) {
    const card = parseCard(line);
    if (card === undefined) return unknown(`expected a line a card, got ${JSON.stringify(shown(line))}`);
    cards.push(card);
  }
  return { state: 'ok', cards };
}

function parseCard(line: string): Gpu | undefined {
  const parts = line.split(',').map((part) => part.trim());
  if (parts.length !== FIELDS.length + LIVE_FIELDS.length) return undefined;
  const [index, name = '', driver = '', used, total, utilization, temperature] = parts;
  const number = numberOf(index);
  if (number === null || name === '') return undefined;
  const inBytes = (value: string | undefined): number | null => {
    const mib = numberOf(value);
    return mib === null ? null : mib * MIB;
  };
  return {
    index: number,
    name: name.slice(0, MOST_NAME),
    driver: driver.slice(0, MOST_NAME),
    memoryUsedBytes: inBytes(used),
    memoryTotalBytes: inBytes(total),
    utilization: numberOf(utilization),
    temperature: numberOf(temperature),
  };
}

/** `[N/A]` and `[Not Supported]` are what a card says that does not know. */
function numberOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

function failed(error: Error & { killed?: boolean | undefined }, said: string): GpuState {
  if (errnoOf(error) === 'ENOENT')
    return { state: 'none', detail: 'nvidia-smi is not installed on this machine', cards: [] };
  if (errnoOf(error) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return unknown(`it said more than ${MOST_OUTPUT} bytes`);
  if (error.killed === true) return unknown('it gave no answer in time');
  const first = said.split('\n').find((line) => line.trim() !== '');
  const code = 'code' in error && typeof error.code === 'number' ? `code ${error.code}` : errnoOf(error);
  return unknown([`it ended with ${code ?? 'an error'}`, first && shown(first)].filter(Boolean).join(': '));
}

const unknown = (why: string): GpuState => ({ state: 'unknown', detail: `nvidia-smi: ${why}`, cards: [] });

function shown(line: string): string {
  return line.replace(/\p{Cc}/gu, '?').slice(0, 200);
}
