/** What nvidia-smi may do: tell, be absent, hang, fail, print rubbish. A program of that name on PATH plays it. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createGpuReader, parseGpus } from '../../../../src/agent/machine/gpu.ts';
import { eventually } from '../../../support/daemon-process.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const PATH = process.env.PATH ?? '';
afterEach(() => {
  process.env.PATH = PATH;
});

/** Puts a shell script where nvidia-smi is looked for first. */
function fakeProgram(script: string): string {
  const folder = tempFolder('gpu');
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  process.env.PATH = `${folder}:${PATH}`;
  return folder;
}

describe('the program', () => {
  test('two cards are told with what they use; what a card does not know is null', async () => {
    const folder = fakeProgram(`echo "$@" > "$(dirname "$0")/args"
echo '0, NVIDIA A100-SXM4-40GB, 550.54.15, 1024, 40960, 37, 55'
echo '1, NVIDIA T1000, 550.54.15, [N/A], 8192, [Not Supported], 41'`);
    expect(await createGpuReader().read()).toEqual({
      state: 'ok',
      cards: [
        {
          index: 0,
          name: 'NVIDIA A100-SXM4-40GB',
          driver: '550.54.15',
          memoryUsedBytes: 2 ** 30,
          memoryTotalBytes: 40 * 2 ** 30,
          utilization: 37,
          temperature: 55,
        },
        {
          index: 1,
          name: 'NVIDIA T1000',
          driver: '550.54.15',
          memoryUsedBytes: null,
          memoryTotalBytes: 8 * 2 ** 30,
          utilization: null,
          temperature: 41,
        },
      ],
    });
    expect(readFileSync(path.join(folder, 'args'), 'utf8')).toContain('--format=csv,noheader,nounits');
  });

  test('none installed is said plainly', async () => {
    process.env.PATH = tempFolder('no-gpu');
    expect(await createGpuReader().read()).toEqual({
      state: 'none',
      detail: 'nvidia-smi is not installed on this machine',
      cards: [],
    });
  });

  test('one that hangs and ignores signals is given up; no second one is started beside it', async () => {
    const folder = fakeProgram(`echo x >> "$(dirname "$0")/starts"
trap '' TERM INT
while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.05; done`);
    // Killed by its deadline in the end, but the answer does not wait for that.
    const reader = createGpuReader({ timeoutMs: 300 });
    const [first, second] = await Promise.all([reader.read(), reader.read()]);
    expect(first).toMatchObject({ state: 'unknown', cards: [] });
    expect(first.detail).toContain('no answer');
    expect(second.detail).toContain('still hangs');
    expect(readFileSync(path.join(folder, 'starts'), 'utf8')).toBe('x\n');
    writeFileSync(path.join(folder, 'go'), '');
    // It is asked again when the first is over.
    await eventually(async () => ((await reader.read()).state === 'none' ? true : undefined));
  });

  test.each([
    ['rubbish', "printf 'NVIDIA-SMI has failed\\n\\033[31mbecause\\n'", 'expected a line a card'],
    ['binary', 'head -c 3000 /dev/urandom', 'nvidia-smi'],
    ['far too much', 'yes | head -c 10000000', 'said more than'],
    ['a failure', 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18', 'code 18'],
    ['exit 1, silent', 'exit 1', 'code 1'],
  ])('%s is told as not known', async (_name, script, says) => {
    fakeProgram(script);
    const state = await createGpuReader().read();
    expect(state).toMatchObject({ state: 'unknown', cards: [] });
    expect(state.detail).toContain(says);
    expect(state.detail).not.toMatch(/\p{Cc}/u);
  });

  test('a file that is no program is not known, and nothing is thrown', async () => {
    const folder = fakeProgram('');
    writeFileSync(path.join(folder, 'nvidia-smi'), Buffer.from([0, 1, 2, 3]));
    expect(existsSync(path.join(folder, 'nvidia-smi'))).toBe(true);
    expect((await createGpuReader().read()).cards).toEqual([]);
  });
});

describe('its lines', () => {
  test('no line is no card', () => {
    expect(parseGpus('\n \n')).toEqual({ state: 'none', detail: 'nvidia-smi finds no card', cards: [] });
  });

  test('many cards and long names stay within bounds', () => {
    const lines = Array.from({ length: 500 }, (_, at) => `${at}, ${'N'.repeat(5000)}, 1, 1, 1, 1, 1`);
    const { cards } = parseGpus(lines.join('\n'));
    expect(cards).toHaveLength(32);
    expect(JSON.stringify(cards).length).toBeLessThan(16_000);
  });

  test('negative, fractional and huge numbers are no numbers', () => {
    const { cards } = parseGpus('0, A, 1, -5, 1e99, 3.5, 99999999999');
    expect(cards[0]).toMatchObject({
      memoryUsedBytes: null,
      memoryTotalBytes: null,
      utilization: null,
      temperature: null,
    });
  });
});
