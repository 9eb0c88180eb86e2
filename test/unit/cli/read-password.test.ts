/** The hidden password prompt on a real terminal: the pseudo-terminal of `script`, which every Debian has. */
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ASK = path.resolve('test/support/ask-password.ts');
const hasScript = spawnSync('script', ['--version']).status === 0;
const hex = (text: string): string => Buffer.from(text).toString('hex');

/**
 * Types each answer when its question is on the screen. Everything the terminal showed, and the modes the program
 * left it in, as `stty -a` names them.
 */
async function onTerminal(
  answers: readonly (readonly [question: string, typed: string])[],
): Promise<{ shown: string; modes: string[] }> {
  const child = spawn(
    'script',
    [
      '--quiet',
      '--return',
      '--echo',
      'always',
      '--command',
      `${process.execPath} ${ASK}; stty -a`,
      '/dev/null',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm' },
    },
  );
  let shown = '';
  let next = 0;
  let from = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (let answer = answers[next]; answer !== undefined; answer = answers[next]) {
      const at = shown.indexOf(answer[0], from);
      if (at === -1) return;
      from = at + answer[0].length;
      next++;
      child.stdin.write(answer[1]);
    }
  });
  await new Promise((resolve) => child.once('close', resolve));
  const [before = '', after = ''] = shown.split('speed ');
  return { shown: before, modes: after.split(/[\s;]+/) };
}

const RESTORED = ['echo', 'icanon', 'isig', 'icrnl'];

describe.skipIf(!hasScript)('a password asked for on a terminal', () => {
  test('nothing of it is shown, and the terminal is as it was before', async () => {
    const secret = 'correct horse ½ "battery" $staple';
    const { shown, modes } = await onTerminal([
      ['Password: ', `${secret}\r`],
      ['Again: ', `${secret}\r`],
    ]);
    expect(shown).toContain(`got ${hex(secret)}`);
    for (const part of [secret, 'correct', 'horse', 'battery', 'staple']) expect(shown).not.toContain(part);
    expect(modes).toEqual(expect.arrayContaining(RESTORED));
  });

  test('it can be edited unseen', async () => {
    const { shown } = await onTerminal([
      ['Password: ', 'wrong\u0015righd\u007ft\r'],
      ['Again: ', 'right\r'],
    ]);
    expect(shown).toContain(`got ${hex('right')}`);
    expect(shown).not.toMatch(/wron|righ/);
  });

  test('two that differ are refused, and neither is shown', async () => {
    const { shown, modes } = await onTerminal([
      ['Password: ', 'first-one\r'],
      ['Again: ', 'other-one\r'],
    ]);
    expect(shown).toContain('refused SLY_USAGE: the two are not the same');
    expect(shown).not.toMatch(/first|other/);
    expect(modes).toEqual(expect.arrayContaining(RESTORED));
  });

  test.each([
    ['Ctrl-C', 'the first', [['Password: ', 'half\u0003']]],
    ['Ctrl-D', 'the first', [['Password: ', '\u0004']]],
    [
      'Ctrl-C',
      'the second',
      [
        ['Password: ', 'whole\r'],
        ['Again: ', 'half\u0003'],
      ],
    ],
  ] as const)(
    '%s at %s question ends it, nothing shown, the terminal as it was',
    async (_key, _which, answers) => {
      const { shown, modes } = await onTerminal(answers);
      expect(shown).toContain('refused SLY_ABORTED: no password was given');
      expect(shown).not.toMatch(/half|whole/);
      expect(modes).toEqual(expect.arrayContaining(RESTORED));
    },
  );
});

test('without a terminal it says how else to give it', () => {
  const { stdout } = spawnSync(process.execPath, [ASK], { input: 'secret\n', encoding: 'utf8' });
  expect(stdout).toContain('refused SLY_USAGE');
  expect(stdout).toContain('no terminal');
});
