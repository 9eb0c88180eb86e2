/** The option table as text: example file, reference page, JSON Schema, help. Pure. */
import { OPTIONS, type OptionSpec } from './options.ts';

const entries = (): [string, OptionSpec][] => Object.entries(OPTIONS);

function shownDefault(option: OptionSpec): string {
  if (option.default === undefined) return '';
  return Array.isArray(option.default) ? `[${option.default.join(', ')}]` : String(option.default);
}

/** config/sly-agent.example.yaml: every setting with its default, commented out. */
export function exampleYaml(): string {
  const parts = entries().map(([name, option]) => {
    const choices = option.choices === undefined ? '' : ` One of: ${option.choices.join(', ')}.`;
    return `# ${option.help}${choices}\n# Environment: ${option.env}\n# ${name}: ${shownDefault(option)}\n`;
  });
  return `# Settings of sly-agent. Order of precedence: command line, environment, this file, default.
# Unknown names are refused. Remove the "# " in front of a name to set it.

${parts.join('\n')}
# Rules for what is dropped into sub-folders of the upload folder; the first match wins.
# routes:
#   - match: "coco/**"
#     plugin: coco
#     options: { rle_as: bitmap }
`;
}

/** docs/reference/config.md */
export function configReference(): string {
  const rows = entries().map(([name, option]) => {
    const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
    const old =
      option.oldEnv === undefined
        ? ''
        : ` Also read from ${option.oldEnv.map((one) => `\`${one}\``).join(', ')}.`;
    const value = shownDefault(option);
    return `| \`${name}\` | \`${option.env}\` | ${value === '' ? '' : `\`${value}\``} | ${option.help}${choices}${old} |`;
  });
  return `# Settings

Command line (\`--name-with-dashes value\`), then environment, then the file (\`--config FILE\` or \`SLY_CONFIG\`; else
\`config.yaml\` in the data folder if it is there), then the default. Unknown names in the file are errors.

| name | environment | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

\`routes\` (file only) is a list of rules \`{match, plugin?, project?, options?}\`; \`match\` is a glob on the path below
the upload folder, the first match wins.
`;
}

/** JSON Schema of the file, for editors. */
export function configSchema(): Record<string, unknown> {
  const properties = Object.fromEntries(
    entries().map(([name, option]) => [
      name,
      {
        description: option.help,
        ...schemaOf(option),
        ...(option.default === undefined ? {} : { default: option.default }),
      },
    ]),
  );
  const route = {
    type: 'object',
    additionalProperties: false,
    required: ['match'],
    properties: {
      match: { type: 'string' },
      plugin: { type: 'string' },
      project: { type: 'string' },
      options: { type: 'object' },
    },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'sly-agent',
    type: 'object',
    additionalProperties: false,
    properties: { ...properties, routes: { type: 'array', items: route } },
  };
}

function schemaOf(option: OptionSpec): Record<string, unknown> {
  switch (option.kind) {
    case 'text':
    case 'path':
      return { type: 'string' };
    case 'choice':
      return { enum: option.choices };
    case 'flag':
      return { type: 'boolean' };
    case 'list':
      return { type: 'array', items: { type: 'string' } };
    case 'integer':
    case 'number':
      return {
        type: option.kind,
        ...(option.min === undefined ? {} : { minimum: option.min }),
        ...(option.max === undefined ? {} : { maximum: option.max }),
      };
  }
}
