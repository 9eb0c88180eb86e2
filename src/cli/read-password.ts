/** A password from the terminal, unseen, or as the first line of the standard input. Never an argument: others see those. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { SlyError } from '../lib/errors.ts';

export async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return firstLine();
  if (process.stdin.isTTY !== true) {
    throw new SlyError('SLY_USAGE', {
      detail: 'there is no terminal to ask for the password on',
      hint: 'Give it on the standard input: --password-stdin',
    });
  }
  // What is typed is echoed by whoever reads the terminal: into nothing.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Open before anything is asked and until all is answered: in between the terminal itself would show what is typed.
  const terminal = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  try {
    const password = await ask(terminal, 'Password: ');
    if ((await ask(terminal, 'Again: ')) === password) return password;
  } finally {
    terminal.close();
  }
  throw new SlyError('SLY_USAGE', { detail: 'the two are not the same' });
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  throw new SlyError('SLY_USAGE', { detail: 'expected the password on the standard input, got nothing' });
}

/** Ctrl-C and Ctrl-D end it. */
function ask(terminal: Interface, question: string): Promise<string> {
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    const onEnd = (): void => {
      process.stderr.write('\n');
      reject(new SlyError('SLY_ABORTED', { detail: 'no password was given' }));
    };
    terminal.once('SIGINT', () => terminal.close());
    terminal.once('close', onEnd);
    terminal.question('', (answer) => {
      terminal.off('close', onEnd);
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
