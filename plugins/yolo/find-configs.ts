/** All that says what labels mean, found in the tree and reported. */
import { toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { baseOf, folderOf, type YoloConfig } from './config.ts';
import {
  findByEnd,
  isDataFile,
  isNameFile,
  nameFileConfig,
  readDataFile,
  readNameFile,
} from './read-darknet.ts';
import { readYamlConfig } from './read-yaml.ts';

export interface FoundConfigs {
  /** By rank, then by path. */
  configs: YoloConfig[];
  /** Files that are no labels for sure. */
  taken: Set<string>;
}

const MAX_YAML_BYTES = 4 << 20;
/** A tree with more of them is no dataset, but a program. */
const MAX_FILES = 1000;

export async function findConfigs({ tree, report }: ImportContext): Promise<FoundConfigs> {
  const found: FoundConfigs = { configs: [], taken: new Set() };
  const { yamls, nameFiles, dataFiles } = candidates(tree);
  for (const file of yamls) {
    const { config, problems } = await readText(tree, file, (text) => readYamlConfig(file, text));
    if (config === undefined) for (const one of problems) await report.failed(one);
    else for (const one of problems) await report.warning(one);
    if (config === undefined) continue;
    found.configs.push(config);
    await report.used(file, `YOLO: ${config.names.size} classes`);
  }
  const names = new Map<string, Map<number, string>>();
  for (const file of nameFiles) {
    const list = await readText(tree, file, readNameFile);
    if (list === undefined || 'problems' in list) continue;
    names.set(file, list);
    found.taken.add(file);
    await report.used(file, `YOLO: names of ${list.size} classes`);
  }
  for (const file of dataFiles) {
    const data = await readText(tree, file, readDataFile);
    if (data === undefined || 'problems' in data) continue;
    const folder = folderOf(file);
    const listed =
      data.names === undefined ? undefined : findByEnd(data.names, folder, (path) => names.has(path));
    const own = (listed === undefined ? undefined : names.get(listed)) ?? new Map<number, string>();
    found.configs.push({
      file,
      rank: 1,
      // The file of a dataset often lies in a folder of its own beside the pictures.
      folders: [...new Set([folder, folderOf(folder)])],
      names: own,
      colors: new Map(),
      keypoints: undefined,
      splits: data.splits,
    });
    await report.used(file, 'YOLO: where names and pictures are');
  }
  for (const [file, list] of names) found.configs.push(nameFileConfig(file, list));
  // A file with places only takes its names from wherever they are.
  const nameless = found.configs.filter((one) => one.names.size === 0);
  const first = found.configs.find((one) => one.names.size > 0);
  for (const one of nameless) if (first !== undefined) one.names = first.names;
  found.configs = found.configs.filter((one) => one.names.size > 0);
  return found;
}

interface Candidates {
  yamls: string[];
  nameFiles: string[];
  dataFiles: string[];
}

function candidates(tree: SourceTree): Candidates {
  const found: Candidates = { yamls: [], nameFiles: [], dataFiles: [] };
  for (const { path } of tree.files) {
    // Pictures are half of all files.
    if (/\.(?:png|jpe?g)$/.test(path)) continue;
    const base = baseOf(path);
    const list = /\.ya?ml$/i.test(base)
      ? found.yamls
      : isNameFile(base)
        ? found.nameFiles
        : isDataFile(base)
          ? found.dataFiles
          : undefined;
    if (list !== undefined && list.length < MAX_FILES) list.push(path);
  }
  return found;
}

async function readText<T>(
  tree: SourceTree,
  file: string,
  read: (text: string) => T,
): Promise<T | { config?: undefined; problems: { file: string; code: string; message: string }[] }> {
  try {
    return read(await tree.text(file, MAX_YAML_BYTES));
  } catch (error) {
    const { code, detail } = toSlyError(error);
    return { problems: [{ file, code, message: detail }] };
  }
}
