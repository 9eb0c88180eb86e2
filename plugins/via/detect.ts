/** Whether a folder holds files of VIA: by their beginning and the pictures they name. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { nameParts } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceFileEntry, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { kindOfFile, type ViaKind } from './via-file.ts';

const LOOKED_AT = 24;
const HEAD_BYTES = 64 << 10;
const KINDS: Record<ViaKind, string> = {
  project: 'a project of VIA',
  annotations: 'annotations of VIA',
  csv: 'a table of VIA',
};

export async function detectVia({ tree }: DetectContext): Promise<Verdict> {
  const files = tree.files.filter((file) => /\.(?:json|csv)$/i.test(file.path) && file.size > 0);
  if (files.length === 0) return { confidence: 0, because: 'there is no JSON or CSV file' };
  const likely = [...files].sort((a, b) => score(b) - score(a) || b.size - a.size).slice(0, LOOKED_AT);
  for (const file of likely) {
    const kind = await kindOfFile(tree, file);
    if (kind !== undefined) return judge(tree, file, kind);
  }
  return { confidence: 0, because: `${likely[0]?.path} has no pictures with regions as VIA writes them` };
}

const score = ({ path }: SourceFileEntry): number =>
  /via/i.test(path.slice(path.lastIndexOf('/') + 1)) ? 1 : 0;

async function judge(tree: SourceTree, file: SourceFileEntry, kind: ViaKind): Promise<Verdict> {
  const head = (await tree.head(file.path, HEAD_BYTES)).toString('utf8');
  const is = `${file.path} is ${KINDS[kind]}`;
  const names =
    kind === 'csv'
      ? head
          .split(/\r?\n/)
          .slice(1, 20)
          .map((line) => /^"?([^",]+)/.exec(line)?.[1] ?? '')
      : [...head.matchAll(/"filename"\s*:\s*("(?:[^"\\]|\\.)*")/g)]
          .slice(0, 20)
          .map((one) => unquoted(one[1]));
  const found = names.find((name) => tree.byBaseName(nameParts(name).at(-1) ?? '').length > 0);
  if (found !== undefined) return { confidence: 0.95, because: `${is}, and its picture ${found} is there` };
  if (!tree.files.some((one) => isImageName(one.path)))
    return { confidence: 0.6, because: `${is}, but there are no pictures` };
  return names.length === 0
    ? { confidence: 0.9, because: is }
    : { confidence: 0.7, because: `${is}, but of its first pictures none is there` };
}

function unquoted(text = '""'): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
