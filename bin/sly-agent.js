#!/usr/bin/env node
/**
 * The installed command. Plain JavaScript that any Node >= 18 can read: it starts dist/src/main.js in this
 * process when Node is new enough, else in a child run by the Node 24 that npm installed beside it. The child
 * gets the terminal and every stop signal, and its exit code or signal becomes ours.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED_MAJOR = 24;
/** Exit code of a set-up that a person has to repair; the same as for a wrong configuration. */
const EXIT_SETUP = 3;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist', 'src', 'main.js');
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');

if (!existsSync(main)) {
  fail(`it is not built: run "npm run setup" in ${root}`);
} else if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else if (existsSync(ownNode)) {
  runIn(ownNode);
} else {
  fail(
    `it needs Node ${NEEDED_MAJOR} and this is ${process.version}: install it, or run "npm run setup" in ${root}`,
  );
}

function runIn(node) {
  const child = spawn(node, [...process.execArgv, main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of STOP_SIGNALS) {
    // On a terminal Ctrl-C reaches the whole process group: the child has already got it, a second one would
    // mean "faster". Only what was sent to this process alone is passed on.
    process.on(signal, () => {
      const fromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
      if (!fromTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const each of STOP_SIGNALS) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

function fail(reason) {
  process.stderr.write(`sly-agent cannot start: ${reason}\n`);
  process.exitCode = EXIT_SETUP;
}
