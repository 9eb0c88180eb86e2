/** Documents by their first bytes; pictures beside them make it less plain. */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';

/** Some writers put a few bytes before the mark. */
const HEAD_BYTES = 1024;

export const isPdfName = (file: string): boolean => /\.pdf$/i.test(file);

export async function isPdf(tree: SourceTree, file: string): Promise<boolean> {
  return (await tree.head(file, HEAD_BYTES)).includes('%PDF-');
}

export async function detectPdf({ tree }: DetectContext): Promise<Verdict> {
  let document: string | undefined;
  let documents = 0;
  let others = 0;
  for (const { path } of tree.files) {
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (isJunk(base)) continue;
    if (isPdfName(base)) {
      documents++;
      document ??= path;
    } else if (isImageName(base)) others++;
  }
  if (document === undefined) return { confidence: 0, because: 'there is no .pdf file' };
  if (!(await isPdf(tree, document)))
    return { confidence: 0, because: `${document} has the name of a PDF, but not its bytes` };
  if (others > 0)
    return {
      confidence: documents >= others ? 0.5 : 0.1,
      because: `${document} is a PDF, but there are ${others} pictures as well`,
    };
  return { confidence: 0.9, because: `${document} is a PDF` };
}
