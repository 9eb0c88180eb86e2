/** The last resort for videos: there are some, and nothing that looks like labels. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { containerOf, HEAD_BYTES, isVideoName } from './container.ts';

const LABELS = /\.(?:json|xml|txt|csv|srt)$/i;
const DOCUMENTS = /^(?:readme|licen[sc]e)\b/i;
const LOOKED_AT = 5;

export async function detectVideos({ tree }: DetectContext): Promise<Verdict> {
  const videos: string[] = [];
  let [count, pictures] = [0, 0];
  let label: string | undefined;
  for (const { path: file, size } of tree.files) {
    const base = path.posix.basename(file);
    if (isJunk(base)) continue;
    if (isVideoName(base)) {
      count++;
      if (size > 0 && videos.length < LOOKED_AT) videos.push(file);
    } else if (isImageName(base)) pictures++;
    else if (LABELS.test(base) && !DOCUMENTS.test(base)) label ??= file;
  }
  const no = (because: string): Verdict => ({ confidence: 0, because });
  if (count === 0) return no('no file has the name of a video');
  let real: string | undefined;
  for (const file of videos)
    if (real === undefined && containerOf(await tree.head(file, HEAD_BYTES)) !== undefined) real = file;
  if (real === undefined)
    return no(`${videos[0] ?? 'every video'} has the name of a video, but not its bytes`);
  const there = `${count === 1 ? 'there is 1 video' : `there are ${count} videos`} (${real})`;
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
