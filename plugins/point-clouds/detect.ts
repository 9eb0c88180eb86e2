/** The last resort for point clouds: there are some, and nothing that looks like labels. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, SourceFileEntry, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { binValues, cloudKind, HEAD_BYTES, isCloudName } from './cloud-kind.ts';
import { isBesideCloud } from './place.ts';

const LABELS = /\.(?:json|xml|txt|csv|label)$/i;
const DOCUMENTS = /^(?:readme|licen[sc]e)\b/i;
const LOOKED_AT = 5;

export async function detectClouds({ tree }: DetectContext): Promise<Verdict> {
  const clouds: SourceFileEntry[] = [];
  let [count, pictures] = [0, 0];
  let label: string | undefined;
  for (const file of tree.files) {
    const base = path.posix.basename(file.path);
    if (isJunk(base) || isBesideCloud(file.path)) continue;
    if (isCloudName(base)) {
      count++;
      if (file.size > 0 && clouds.length < LOOKED_AT) clouds.push(file);
    } else if (isImageName(base)) pictures++;
    else if (LABELS.test(base) && !DOCUMENTS.test(base)) label ??= file.path;
  }
  const no = (because: string): Verdict => ({ confidence: 0, because });
  if (count === 0) return no('no file has the name of a point cloud');
  let real: SourceFileEntry | undefined;
  for (const file of clouds) if (real === undefined && (await isCloud(tree, file))) real = file;
  if (real === undefined)
    return no(`${clouds[0]?.path ?? 'every cloud'} has the name of a point cloud, but not its bytes`);
  const there = `${count === 1 ? 'there is 1 point cloud' : `there are ${count} point clouds`} (${real.path})`;
  if (pictures > 0)
    return {
      confidence: count >= pictures ? 0.45 : 0.1,
      because: `${there}, but ${pictures} pictures as well`,
    };
  if (label !== undefined)
    return {
      confidence: 0.15,
      because: `${there}; ${label} may be labels of a format that is not known here`,
    };
  return { confidence: 0.45, because: `${there} and nothing that looks like labels` };
}

async function isCloud(tree: SourceTree, { path: file, size }: SourceFileEntry): Promise<boolean> {
  const head = await tree.head(file, HEAD_BYTES);
  const kind = cloudKind(file, head);
  return kind === 'bin' ? binValues(head, size) !== undefined : kind !== undefined;
}
