/** A password from the terminal, unseen, or as the first line of the standard input. Never an argument: others see those. */
import { createInterface } from 'node:readline';
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
  const password = await ask('Password: ');
  if ((await ask('Again: ')) === password) return password;
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

function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // What is typed is echoed by whoever reads the terminal: into nothing.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve, reject) => {
    terminal.once('SIGINT', () => {
      terminal.close();
      reject(new SlyError('SLY_ABORTED', { detail: 'no password was given' }));
    });
    terminal.question('', (answer) => {
      terminal.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
