/** Whether a folder holds tasks of Label Studio: a look at the beginning of a few JSON files and for the pictures they name. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceFileEntry, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { pictureOfTask } from './find-picture.ts';
import { kindOfTasks } from './tasks.ts';

const LOOKED_AT = 16;
const HEAD_BYTES = 64 << 10;

export async function detectLabelStudio({ tree }: DetectContext): Promise<Verdict> {
  const files = tree.files.filter((file) => /\.json$/i.test(file.path) && file.size > 0);
  if (files.length === 0) return { confidence: 0, because: 'there is no JSON file' };
  const bySize = [...files].sort((a, b) => b.size - a.size).slice(0, LOOKED_AT);
  for (const file of bySize) {
    const kind = await kindOfTasks(tree, file);
    if (kind !== undefined) return judge(tree, file);
  }
  return {
    confidence: 0,
    because: `${bySize[0]?.path} is no list of tasks with annotations that have a result`,
  };
}

async function judge(tree: SourceTree, file: SourceFileEntry): Promise<Verdict> {
  const head = (await tree.head(file.path, HEAD_BYTES)).toString('utf8');
  const isOfImages =
    /"type"\s*:\s*"(?:(?:rectangle|polygon|brush|keypoint|ellipse|bitmask)(?:labels)?|choices)"/.test(head);
  if (!isOfImages && !/"original_width"/.test(head))
    return {
      confidence: 0.3,
      because: `${file.path} has tasks of Label Studio, but the first ones are not about regions of pictures`,
    };
  const match = createImageMatcher(tree);
  for (const [, quoted] of head.matchAll(
    /"(?:image|img|url|picture|photo|image_url|file_upload)"\s*:\s*("(?:[^"\\]|\\.){1,2000}")/g,
  )) {
    const text = unquoted(quoted);
    const task = { id: 0, data: { image: text }, fileUpload: undefined, annotations: [], predictions: [] };
    const picture = pictureOfTask(task, { keys: [], match, near: file.path });
    if (picture.kind === 'file')
      return {
        confidence: 0.95,
        because: `${file.path} has tasks of Label Studio, and ${picture.file} is there`,
      };
    if (picture.kind === 'embedded')
      return { confidence: 0.93, because: `${file.path} has tasks of Label Studio with pictures inside` };
  }
  return tree.files.some((one) => isImageName(one.path))
    ? {
        confidence: 0.8,
        because: `${file.path} has tasks of Label Studio; whether their pictures are there cannot be seen from its beginning`,
      }
    : { confidence: 0.6, because: `${file.path} has tasks of Label Studio, but there are no pictures` };
}

function unquoted(text = '""'): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
