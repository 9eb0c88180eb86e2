/** Every command, and the help that lists them. Commands are loaded when they are called: `--help` stays fast. */
import { OPTIONS, type OptionSpec } from '../lib/config/options.ts';
import { SlyError } from '../lib/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Command } from './command.ts';
import { EXIT_CODES } from './exit-codes.ts';

interface Entry {
  summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: Record<string, Entry> = {
  run: {
    summary: 'Run the daemon: agent and, without a platform address, the embedded platform.',
    load: async () => (await import('./run.ts')).runCommand,
  },
  platform: {
    summary: 'Run the platform alone.',
    load: async () => (await import('./platform.ts')).platformCommand,
  },
  import: {
    summary: 'Import a folder, an archive or a file of this machine as a project.',
    load: async () => (await import('./import.ts')).importCommand,
  },
  detect: {
    summary: 'Say which format a folder or an archive has, and why.',
    load: async () => (await import('./detect.ts')).detectCommand,
  },
  export: {
    summary: 'Download a project in a format.',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  tasks: {
    summary: 'List the tasks of this agent, newest first.',
    load: async () => (await import('./tasks.ts')).tasksCommand,
  },
  logs: {
    summary: 'Print the log or the report of a task.',
    load: async () => (await import('./logs.ts')).logsCommand,
  },
  cancel: {
    summary: 'End a task; what it has published is taken back.',
    load: async () => (await import('./cancel.ts')).cancelCommand,
  },
  retry: { summary: 'Run an ended task again.', load: async () => (await import('./retry.ts')).retryCommand },
  plugins: {
    summary: 'List the formats this agent can read and write, or test them.',
    load: async () => (await import('./plugins.ts')).pluginsCommand,
  },
  status: {
    summary: 'What the daemon is doing.',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  drain: {
    summary: 'Finish what runs and take nothing new.',
    load: async () => (await import('./drain.ts')).drainCommand,
  },
  user: {
    summary: 'Users of the platform of this machine: add, list, passwd, disable, enable, role.',
    load: async () => (await import('./user.ts')).userCommand,
  },
  token: {
    summary: 'API tokens of the platform of this machine: add, list, revoke.',
    load: async () => (await import('./token.ts')).tokenCommand,
  },
  register: {
    summary: 'Make this machine an agent of a platform, with a one-time code of its admin.',
    load: async () => (await import('./register.ts')).registerCommand,
  },
  doctor: {
    summary: 'Check everything this agent depends on.',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  'support-bundle': {
    summary: 'Write a file for whoever is asked for help: versions, settings, checks, log, without secrets.',
    load: async () => (await import('./support-bundle.ts')).supportBundleCommand,
  },
};

export async function findCommand(name: string): Promise<Command> {
  const entry = COMMANDS[name];
  if (entry !== undefined) return entry.load();
  const close = nearest(name, Object.keys(COMMANDS));
  throw new SlyError('SLY_USAGE', {
    detail: `there is no command ${JSON.stringify(name)}`,
    hint: close === undefined ? 'See `sly-agent --help`.' : `Did you mean ${close}?`,
  });
}

export function generalHelp(version: string): string {
  const commands = Object.entries(COMMANDS).map(([name, entry]) => `  ${name.padEnd(10)}${entry.summary}`);
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code.padEnd(10)}${meaning}`);
  return `sly-agent ${version}: datasets in and out of a labelling platform.

Usage: sly-agent COMMAND [--help]

Commands
${commands.join('\n')}

Exit codes
${codes.join('\n')}

Settings: sly-agent help config
`;
}

export function configHelp(): string {
  const rows = Object.entries<OptionSpec>(OPTIONS).map(([name, option]) => {
    const value =
      option.default === undefined
        ? ''
        : ` [${Array.isArray(option.default) ? option.default.join(',') : String(option.default)}]`;
    const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
    return `  --${name.replaceAll('_', '-')}, ${option.env}${value}\n      ${option.help}${choices}`;
  });
  return `Settings of sly-agent run. Precedence: command line, environment, configuration file, [default].\n\n${rows.join('\n')}\n`;
}
