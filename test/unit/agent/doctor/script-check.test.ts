/** What the doctor says of scripts. */
import { expect, test } from 'vitest';
import { checkScripts } from '../../../../src/agent/doctor/script-check.ts';
import type { PluginInfo } from '../../../../src/agent/ports/plugins.ts';
import { SlyError } from '../../../../src/lib/errors.ts';

const script = { image: 'python:1', script: { file: 'a.py' } } as unknown as PluginInfo;
const plugin = { image: 'other:1' } as unknown as PluginInfo;
const folder = '/data/scripts';

function check(options: {
  scripts?: PluginInfo[];
  refused?: { file: string; reason: string }[];
  fails?: boolean;
}) {
  const { scripts = [], refused = [], fails = false } = options;
  const asked: string[] = [];
  const result = checkScripts({
    plugins: { list: () => [plugin, ...scripts], scripts: () => ({ folder, refused }) },
    runner: {
      async check(image) {
        asked.push(image);
        if (fails) throw new SlyError('SLY_IMAGE_MISSING', { detail: 'it is not there', hint: 'Build it.' });
      },
    },
  });
  return { result, asked };
}

test('none is fine, and asks nobody', async () => {
  const { result, asked } = check({ fails: true });
  expect(await result).toEqual({ name: 'scripts', state: 'ok', detail: `0 in ${folder}` });
  expect(asked).toEqual([]);
});

test('scripts that cannot run are a failure with what to do', async () => {
  const { result, asked } = check({
    scripts: [script],
    refused: [{ file: 'b.py', reason: 'bad' }],
    fails: true,
  });
  expect(await result).toMatchObject({ state: 'failed', hint: 'Build it.' });
  expect((await result).detail).toContain('it is not there');
  expect(asked).toEqual(['python:1']);
});

test('each one that is left out is named', async () => {
  const { result } = check({ scripts: [script], refused: [{ file: 'b.py', reason: 'a link' }] });
  expect(await result).toMatchObject({ state: 'warning', detail: 'left out: b.py: a link' });
});
