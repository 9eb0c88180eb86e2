/**
 * Items that a worker made into lines of a segment. They go to the project as they are; where the host has put
 * something between (a filter of classes), each becomes an item again.
 */
import type { ImageAnnotation } from '../format/model.ts';
import type { SegmentItem } from '../protocol/plugin.ts';
import type { ItemLines, NewItem, ProjectWriter } from './plugin.ts';

export async function addItemLines(project: ProjectWriter, lines: ItemLines): Promise<void> {
  if (project.addLines !== undefined) return project.addLines(lines);
  const bytes = Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset, lines.bytes.length);
  let start = 0;
  for (const end of lines.ends) {
    await project.add(newItem(JSON.parse(bytes.toString('utf8', start, end)) as SegmentItem));
    start = end;
  }
}

function newItem({ kind: _, file, ann, probe, range, ...rest }: SegmentItem): NewItem {
  const [folder, below] = file === undefined ? [] : splitAt(file, file.indexOf('/'));
  return {
    ...rest,
    ...(below === undefined ? {} : folder === 'results' ? { result: below } : { file: below }),
    ...(probe === undefined ? {} : { probe: { ...probe, file: splitAt(probe.file, 'data'.length)[1] } }),
    ...(range === undefined ? {} : { range: [range[0], range[1]] }),
    ...(ann === undefined ? {} : { annotation: ann as ImageAnnotation }),
  };
}

const splitAt = (text: string, at: number): [string, string] => [text.slice(0, at), text.slice(at + 1)];
