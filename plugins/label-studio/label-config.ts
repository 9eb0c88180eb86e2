/** The labelling interface, where its XML lies beside the tasks: which key has the picture, colours, and how many choices one may take. */
import { readColor } from '../../src/format/colors.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { parseXml, type XmlElement } from '../../src/plugin-kit/xml.ts';

export interface LabelConfig {
  /** Keys of `data` with pictures. */
  imageKeys: string[];
  colors: Map<string, string>;
  /** Choices of which one can be taken, by the name of the control. */
  single: Map<string, string[]>;
}

export interface FoundConfig {
  file: string;
  config: LabelConfig;
}

const HEAD_BYTES = 4096;
const MAX_BYTES = 4 << 20;
const ONE_ONLY: ReadonlySet<string> = new Set(['single', 'single-radio', 'select']);

/** Files whose root is <View>; one that cannot be read is none. */
export async function findConfigs(tree: SourceTree): Promise<FoundConfig[]> {
  const found: FoundConfig[] = [];
  for (const { path, size } of tree.files) {
    if (!/\.xml$/i.test(path) || size === 0 || size > MAX_BYTES) continue;
    const head = (await tree.head(path, HEAD_BYTES)).toString('utf8');
    if (!/^\uFEFF?(?:\s|<\?[^>]*\?>|<!--[\s\S]*?-->)*<View[\s/>]/.test(head)) continue;
    try {
      found.push({ file: path, config: readConfig(parseXml(await tree.text(path, MAX_BYTES), path)) });
    } catch {
      // It only decorates.
    }
  }
  return found;
}

/** Beside the tasks, else the only one there is. */
export function configFor(configs: readonly FoundConfig[], json: string): FoundConfig | undefined {
  const folder = json.slice(0, json.lastIndexOf('/') + 1);
  const beside = configs.find(({ file }) => file.slice(0, file.lastIndexOf('/') + 1) === folder);
  return beside ?? (configs.length === 1 ? configs[0] : undefined);
}

function readConfig(root: XmlElement): LabelConfig {
  const config: LabelConfig = { imageKeys: [], colors: new Map(), single: new Map() };
  const visit = (element: XmlElement): void => {
    const { name, attributes } = element;
    if (name === 'Image' && attributes.value?.startsWith('$') === true)
      config.imageKeys.push(attributes.value.slice(1));
    if (name === 'Label') {
      const color = readColor(attributes.background);
      if (attributes.value !== undefined && color !== undefined) config.colors.set(attributes.value, color);
    }
    if (name === 'Choices' && attributes.name !== undefined && ONE_ONLY.has(attributes.choice ?? 'single')) {
      const values = element.children.flatMap((one) =>
        one.name === 'Choice' ? (one.attributes.alias ?? one.attributes.value ?? []) : [],
      );
      config.single.set(attributes.name, [...new Set(values)]);
    }
    for (const child of element.children) visit(child);
  };
  visit(root);
  return config;
}
