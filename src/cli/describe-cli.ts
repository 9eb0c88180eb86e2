/** Every command as a reference page. */
import { helpOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** docs/reference/cli.md */
export async function cliReference(): Promise<string> {
  const parts: string[] = [];
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = await entry.load();
    const settings = name === 'run' || name === 'platform';
    const text = settings
      ? `${command.summary}\n\nUsage: sly-agent ${command.usage}\n\nEvery setting of [config.md](config.md) is a flag too.\n`
      : helpOf(command);
    parts.push(`## ${name}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`);
  }
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return `# Command line

\`sly-agent COMMAND\`, from a clone \`npx sly-agent COMMAND\`. On a terminal the output is text for people, otherwise JSON,
one object a line. \`--data FOLDER\` (or \`SLY_DATA\`) says which daemon is meant.

${parts.join('\n')}
## Exit codes

| code | meaning |
| --- | --- |
${codes.join('\n')}
`;
}
