/** Whether a tree is Mapillary Vistas: its folders, the configuration's first bytes, the header of one mask. */
import { createFileFinder } from '../../src/plugin-kit/file-finder.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { configFile, labelPath, picturesOf, SOURCES, type Source, VERSIONS, type Version } from './layout.ts';

const LOOKED_AT = 200;
const HEAD_BYTES = 16 << 10;

interface Found {
  picture: string;
  labels: string;
  version: Version;
  source: Source;
}

export async function detectVistas({ tree }: DetectContext): Promise<Verdict> {
  const found = firstLabels(tree);
  if (found === undefined)
    return no('no picture in a folder images has its mask in a folder instances, or in one of v1.2 or v2.0');
  const { picture, labels, version, source } = found;
  const lies = `${picture} has ${labels}`;
  const config = configFile(tree, version);
  const named = config !== undefined && (await isConfig(tree, config));
  if (!(await looksRight(tree, found))) return no(`${lies}, but that is not what ${source} of Vistas are`);
  if (named) return { confidence: 0.95, because: `${lies}, and ${config} names its classes` };
  if (version !== 'v1') return { confidence: 0.9, because: `${lies} as in ${version}` };
  return source === 'instances'
    ? { confidence: 0.7, because: `${lies} of 16 bits, but no config.json with classes` }
    : no(`${lies}, but there is no config.json with classes`);
}

function firstLabels(tree: SourceTree): Found | undefined {
  const find = createFileFinder(tree);
  let seen = 0;
  for (const picture of picturesOf(tree)) {
    for (const version of VERSIONS)
      for (const source of SOURCES) {
        const labels = find(labelPath(picture, version, source));
        if (labels !== undefined && labels !== picture.file)
          return { picture: picture.file, labels, version, source };
      }
    if (++seen >= LOOKED_AT) return undefined;
  }
  return undefined;
}

async function isConfig(tree: SourceTree, file: string): Promise<boolean> {
  const head = (await tree.head(file, HEAD_BYTES)).toString('utf8');
  return /"labels"\s*:\s*\[/.test(head) && /"readable"\s*:/.test(head);
}

async function looksRight(tree: SourceTree, { labels, source }: Found): Promise<boolean> {
  const head = await tree.head(labels, HEAD_BYTES);
  if (source === 'polygons') {
    const text = head.toString('utf8');
    return /^\uFEFF?\s*\{/.test(text) && /"objects"\s*:/.test(text);
  }
  if (head.length < 26 || head.toString('latin1', 1, 4) !== 'PNG') return false;
  const [depth, colour] = [head[24], head[25]];
  return source === 'instances' ? depth === 16 && colour === 0 : colour === 0 || colour === 3;
}

const no = (because: string): Verdict => ({ confidence: 0, because });
