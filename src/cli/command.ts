/** What a command is, and how its words are read. */
import { parseArgs } from 'node:util';
import { SlyError } from '../lib/errors.ts';
import { nearest } from '../lib/nearest.ts';

export interface FlagSpec {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  help: string;
  /** Shown in help: `--as FORMAT`. */
  value?: string;
}

export interface CommandInput {
  positionals: string[];
  flags: Record<string, string | boolean | string[] | undefined>;
  /** Stdout is a terminal: progress bars and colours instead of JSON lines. */
  terminal: boolean;
  signal: AbortSignal;
}

export interface Command {
  name: string;
  /** One line for the list. */
  summary: string;
  /** `import PATH` */
  usage: string;
  flags: Record<string, FlagSpec>;
  examples?: readonly string[];
  /** Resolves to the exit code. */
  run(input: CommandInput): Promise<number>;
}

export function readWords(
  command: Command,
  words: readonly string[],
): Pick<CommandInput, 'positionals' | 'flags'> {
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, help: { type: 'boolean', help: '' } satisfies FlagSpec }).map(
      ([name, flag]) => {
        const { type, short, multiple } = flag as FlagSpec;
        return [
          name,
          {
            type,
            ...(short === undefined ? {} : { short }),
            ...(multiple === undefined ? {} : { multiple }),
          },
        ];
      },
    ),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    return { positionals, flags: values as CommandInput['flags'] };
  } catch (cause) {
    const unknown = /Unknown option '--?([\w-]+)/.exec((cause as Error).message)?.[1];
    const close = unknown === undefined ? undefined : nearest(unknown, Object.keys(command.flags));
    throw new SlyError('SLY_USAGE', {
      detail: (cause as Error).message.split('. To specify')[0] ?? '',
      hint: `${close === undefined ? '' : `Did you mean --${close}? `}See \`sly-agent ${command.name} --help\`.`,
      cause,
    });
  }
}

export function needPositionals(command: Command, positionals: readonly string[], count: number): void {
  if (positionals.length === count) return;
  throw new SlyError('SLY_USAGE', {
    detail: `expected ${count} argument${count === 1 ? '' : 's'}, got ${positionals.length}`,
    hint: `Usage: sly-agent ${command.usage}`,
  });
}

/** Of two or more arguments, the first is the verb. */
export function needVerb<T extends string>(
  command: Command,
  verb: string | undefined,
  verbs: readonly T[],
): T {
  const known = verbs.find((one) => one === verb);
  if (known !== undefined) return known;
  throw new SlyError('SLY_USAGE', {
    detail: `expected one of ${verbs.join(', ')}, got ${verb === undefined ? 'nothing' : JSON.stringify(verb)}`,
    hint: `Usage: sly-agent ${command.usage}`,
  });
}

/** `--option key=value`, value as JSON when it is JSON, else as text. */
export function readOptions(flag: string | boolean | string[] | undefined): Record<string, unknown> {
  const pairs = Array.isArray(flag) ? flag : typeof flag === 'string' ? [flag] : [];
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new SlyError('SLY_USAGE', { detail: `--option: expected key=value, got ${pair}` });
    const text = pair.slice(at + 1);
    try {
      options[pair.slice(0, at)] = JSON.parse(text);
    } catch {
      options[pair.slice(0, at)] = text;
    }
  }
  return options;
}

export function helpOf(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) => {
    const left = `  ${flag.short === undefined ? '    ' : `-${flag.short}, `}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
    return left.length < 34 ? `${left.padEnd(34)}${flag.help}` : `${left}\n${' '.repeat(34)}${flag.help}`;
  });
  const examples =
    command.examples === undefined
      ? ''
      : `\nExamples\n${command.examples.map((one) => `  ${one}\n`).join('')}`;
  return `${command.summary}\n\nUsage: sly-agent ${command.usage}\n${flags.length === 0 ? '' : `\n${flags.join('\n')}\n`}${examples}`;
}
