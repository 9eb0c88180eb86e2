/** Whether a folder holds YOLO: a few label files are looked into, names alone do not count. */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { baseOf, folderOf } from './config.ts';
import { looksLikeLabels } from './looks-like-labels.ts';
import { isNameFile } from './read-darknet.ts';
import { readYamlConfig } from './read-yaml.ts';

const LOOKED_AT = 24;
const HEAD_BYTES = 4096;
const MAX_YAML_BYTES = 1 << 20;
const LABEL_FOLDER = /(?:^|\/)labels?(?:\/|$)/i;

export async function detectYolo({ tree }: DetectContext): Promise<Verdict> {
  const { yamls, texts, pictures, inFolder } = survey(tree);
  const yaml = await firstDataset(tree, yamls);
  let why = 'there is no text file that could hold labels';
  let found: { file: string; count: number } | undefined;
  let empty = 0;
  for (const { path, size } of texts) {
    if (size === 0) {
      empty++;
      continue;
    }
    const looks = looksLikeLabels(await tree.head(path, HEAD_BYTES), size);
    if (looks !== undefined) {
      found = { file: path, count: looks.count };
      break;
    }
    why = `${path} has no lines of a class number and shares of the picture from 0 to 1`;
  }
  if (found === undefined) {
    if (yaml === undefined || (pictures === 0 && empty === 0)) return { confidence: 0, because: why };
    // Backgrounds only, or labels that are elsewhere.
    return {
      confidence: empty > 0 && inFolder ? 0.8 : 0.4,
      because: `${yaml} names classes and folders of pictures, but no label file has a line`,
    };
  }
  const lines = `${found.file} has lines of a class number and ${found.count - 1} shares of the picture`;
  if (pictures === 0) return { confidence: 0.5, because: `${lines}, but there are no pictures` };
  if (yaml !== undefined) return { confidence: 0.97, because: `${lines}, and ${yaml} names the classes` };
  const paired = tree.files.some(
    ({ path }) => isImageName(path) && stemOf(baseOf(path)) === stemOf(baseOf(found.file)),
  );
  return paired
    ? { confidence: 0.93, because: `${lines}, and its picture is there` }
    : { confidence: 0.6, because: `${lines}, but a picture of its name is not there` };
}

interface Seen {
  yamls: { path: string; size: number }[];
  /** Likeliest first. */
  texts: { path: string; size: number }[];
  pictures: number;
  /** Some text lies in a folder called labels. */
  inFolder: boolean;
}

function survey(tree: SourceTree): Seen {
  const yamls: Seen['yamls'] = [];
  const likely: Seen['texts'] = [];
  const other: Seen['texts'] = [];
  let pictures = 0;
  let folder: string | undefined;
  let isLikely = false;
  for (const file of tree.files) {
    const { path } = file;
    const dot = path.charCodeAt(path.length - 4);
    if (dot === 46 && /txt$/i.test(path)) {
      const base = baseOf(path);
      if (isJunk(base) || isNameFile(base)) continue;
      const at = folderOf(path);
      if (at !== folder) {
        folder = at;
        isLikely = LABEL_FOLDER.test(at);
      }
      const list = isLikely ? likely : other;
      // A few from everywhere: the first ones alone may all be empty.
      if (list.length < LOOKED_AT) list.push(file);
      else if (file.size > 0) list[pictures % LOOKED_AT] = file;
    } else if (/\.ya?ml$/i.test(path)) {
      if (yamls.length < LOOKED_AT && file.size <= MAX_YAML_BYTES) yamls.push(file);
    } else if (isImageName(path)) pictures++;
  }
  const bySize = (list: Seen['texts']): Seen['texts'] =>
    list.sort((a, b) => Number(b.size > 0) - Number(a.size > 0));
  return {
    yamls,
    texts: [...bySize(likely), ...bySize(other)].slice(0, LOOKED_AT),
    pictures,
    inFolder: likely.length > 0,
  };
}

async function firstDataset(tree: SourceTree, yamls: Seen['yamls']): Promise<string | undefined> {
  for (const { path } of yamls) {
    const { config } = readYamlConfig(path, await tree.text(path, MAX_YAML_BYTES));
    if (config !== undefined) return path;
  }
  return undefined;
}
