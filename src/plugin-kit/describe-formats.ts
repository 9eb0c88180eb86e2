/** docs/reference/formats.md out of the manifests: what goes in and out, what it is known by, its options and losses. */
import { COMMON_OPTIONS } from '../protocol/common-options.ts';
import type { Manifest } from '../protocol/plugin.ts';
import { pluginNames, readOwnManifest } from './load-plugin.ts';

type Option = { description?: string; default?: unknown; enum?: unknown[]; type?: unknown };
type Action = 'import' | 'export';

export function formatsReference(root?: string): string {
  const manifests = pluginNames(root)
    .flatMap((name) => readOwnManifest(name, root) ?? [])
    .filter((manifest) => manifest.hidden !== true)
    .sort((a, b) => a.title.localeCompare(b.title));
  const ins = manifests.filter(({ actions }) => actions.includes('import')).length;
  const outs = manifests.filter(({ actions }) => actions.includes('export')).length;
  return `# Formats

Made from the manifests in plugins/ by \`npm run docs\`. ${ins} formats in, ${outs} out. \`sly-agent detect PATH\` says which one a
folder or an archive has; \`--as NAME\` or \`plugin: NAME\` in a sly-task.yaml decides it. Each format's own page has its folder layout.

| format | name | in | out | known by | what an export cannot carry |
| --- | --- | --- | --- | --- | --- |
${manifests.map(row).join('\n')}

## Options

The same names in the form of the page, in \`-o NAME=VALUE\` and under \`options:\` of a sly-task.yaml.

### Every format with labels

${optionTable({ import: COMMON_OPTIONS.import, export: COMMON_OPTIONS.export })}
${manifests.map(section).join('')}`;
}

function row({ title, name, actions, detectedBy, losses = [] }: Manifest): string {
  const yes = (action: Action): string => (actions.includes(action) ? 'yes' : '');
  const lost = actions.includes('export') ? losses.join('; ') || 'nothing' : '';
  return `| [${title}](../../plugins/${name}/README.md) | \`${name}\` | ${yes('import')} | ${yes('export')} | ${cell(detectedBy ?? '')} | ${cell(lost)} |`;
}

function section({ title, description, options }: Manifest): string {
  const properties = {
    import: (options?.import?.properties ?? {}) as Record<string, Option>,
    export: (options?.export?.properties ?? {}) as Record<string, Option>,
  };
  const count = Object.keys(properties.import).length + Object.keys(properties.export).length;
  if (count === 0) return '';
  return `\n### ${title}\n\n${description}\n\n${optionTable(properties)}`;
}

function optionTable(properties: Readonly<Record<Action, Readonly<Record<string, Option>>>>): string {
  const rows = (['import', 'export'] as const).flatMap((action) =>
    Object.entries(properties[action]).map(([name, option]) => {
      const values = option.enum?.map(String).join(', ') ?? String(option.type ?? '');
      return `| ${action} | \`${name}\` | ${cell(values)} | ${cell(JSON.stringify(option.default ?? null))} | ${cell(option.description ?? '')} |`;
    }),
  );
  return `| action | option | values | default | |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
