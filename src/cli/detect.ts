import path from 'node:path';
import type { Inspection } from '../agent/control/control-api.ts';
import { type Command, needPositionals } from './command.ts';
import { connectControl } from './control-client.ts';
import { bytes, printable, table } from './print.ts';

/** Reasons of formats that do not fit are for who asks for them; these many are enough to see where it went wrong. */
const REFUSED_SHOWN = 5;

export const detectCommand: Command = {
  name: 'detect',
  summary:
    'Say which format a folder, an archive or a file of this machine has, and why. Nothing is imported.',
  usage: 'detect PATH [--json]',
  flags: {
    json: { type: 'boolean', help: 'The whole report as one JSON object.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  examples: ['sly-agent detect ./coco-val2017', 'sly-agent detect scans.zip --json'],
  async run({ positionals, flags, terminal }) {
    needPositionals(detectCommand, positionals, 1);
    const found = await connectControl(flags).detect(path.resolve(positionals[0] ?? ''));
    if (flags.json === true || !terminal) process.stdout.write(`${JSON.stringify(found)}\n`);
    else process.stdout.write(asText(found));
    return found.question === undefined ? 0 : 1;
  },
};

function asText({
  path: source,
  files,
  bytes: size,
  refused,
  detection,
  plugin,
  question,
}: Inspection): string {
  const lines = [`${printable(source)}: ${files} files, ${bytes(size)}`, ''];
  for (const { file, message } of refused.slice(0, REFUSED_SHOWN))
    lines.push(`left out: ${printable(file ?? '')}: ${printable(message)}`);
  if (refused.length > REFUSED_SHOWN) lines.push(`left out: ${refused.length - REFUSED_SHOWN} more`);
  const rows = [
    ...detection.candidates.map((one) => [
      one.plugin,
      `${Math.round(one.confidence * 100)} %`,
      printable(one.because),
    ]),
    ...detection.rejected.map((one) => [one.plugin, 'no', printable(one.because)]),
  ];
  const verdict =
    question === undefined
      ? `An import takes it as ${plugin}.`
      : `${question.title}. ${question.hint === undefined ? '' : printable(question.hint)}`;
  return `${lines.join('\n')}\n${table([['FORMAT', 'FITS', 'BECAUSE'], ...rows])}\n${verdict}\n`;
}
