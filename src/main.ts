/** The process: words in, exit code out. Everything else is in cli/ and the rooms. */

import { helpOf, readWords } from './cli/command.ts';
import { configHelp, findCommand, generalHelp } from './cli/commands.ts';
import { errnoOf, toSlyError } from './lib/errors.ts';
import { programVersion } from './lib/version.ts';

async function main(words: string[]): Promise<number> {
  const [name = 'help', ...rest] = words;
  if (name === '--version' || name === '-V' || name === 'version') {
    process.stdout.write(`${programVersion()}\n`);
    return 0;
  }
  if (name === 'help' || name === '--help' || name === '-h') {
    const [topic] = rest;
    if (topic === 'config') process.stdout.write(configHelp());
    else
      process.stdout.write(
        topic === undefined ? generalHelp(programVersion()) : helpOf(await findCommand(topic)),
      );
    return 0;
  }
  const command = await findCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  const interrupted = new AbortController();
  // Long-running commands own their signals; the others simply end.
  if (name !== 'run' && name !== 'platform') {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  }
  try {
    const terminal = process.stdout.isTTY === true;
    return await command.run({ ...readWords(command, rest), terminal, signal: interrupted.signal });
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    throw error;
  }
}

// A reader that went away (`| head`) is no error.
process.stdout.on('error', (error) => {
  if (errnoOf(error) === 'EPIPE') process.exit(0);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    const error = toSlyError(thrown);
    process.stderr.write(`sly-agent: ${error.message}\n`);
    if (error.code === 'SLY_INTERNAL' && thrown instanceof Error)
      process.stderr.write(`${thrown.stack ?? ''}\n`);
    process.exitCode = error.exitCode;
  },
);
