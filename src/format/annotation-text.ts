/** An annotation that was read in pages, written again as its file: piece by piece, in the order it is read. */
import type { AnnotationHead, FigureList, FoundFigure } from './annotation-file.ts';

/** Frames and slices that have no figure are not written. */
export async function* annotationText(
  { tags, objects, rest, lists, planes }: AnnotationHead,
  figures: AsyncIterable<readonly FoundFigure[]>,
): AsyncGenerator<string> {
  const left = new Set<FigureList>(lists);
  let list: FigureList | undefined;
  /** Frame or slice that is open. */
  let group: string | undefined;
  /** Plane that is open; -1 = none yet. */
  let plane = -1;
  let isFirst = true;

  const separator = (): string => {
    const text = isFirst ? '' : ',';
    isFirst = false;
    return text;
  };
  const endGroup = (): string => {
    const text = group === undefined ? '' : ']}';
    group = undefined;
    return text;
  };
  /** Ends the planes before `to` and begins it; those between have no slices. */
  const goToPlane = (to: number): string => {
    let text = endGroup();
    while (plane < to) {
      if (plane >= 0) text += ']}';
      plane++;
      isFirst = true;
      const one = planes[plane];
      if (one === undefined) break;
      const { name, normal } = one;
      text += `${plane === 0 ? '' : ','}${JSON.stringify({ name, normal }).slice(0, -1)},"slices":[`;
    }
    return text;
  };
  const begin = (next: FigureList): string => {
    list = next;
    left.delete(next);
    isFirst = true;
    return `,"${next}":[`;
  };
  const end = (): string => {
    if (list === undefined) return '';
    return list === 'planes' ? `${goToPlane(planes.length)}]` : `${endGroup()}]`;
  };
  const inGroup = (index: number | undefined): string => {
    const next = String(index);
    if (next === group) return separator();
    const before = endGroup();
    group = next;
    return `${before}${separator()}{"index":${index ?? null},"figures":[`;
  };
  const write = ({ list: wanted, frame, plane: name, figure }: FoundFigure): string => {
    let text = wanted === list ? '' : end() + begin(wanted);
    if (wanted === 'planes') {
      const at = planes.findIndex((one) => one.name === name);
      if (at !== plane) text += goToPlane(at);
    }
    text += wanted === 'planes' || wanted === 'frames' ? inGroup(frame) : separator();
    return text + JSON.stringify(figure);
  };

  yield JSON.stringify({ ...rest, tags, objects }).slice(0, -1);
  for await (const page of figures) yield page.map(write).join('');
  let last = end();
  for (const empty of left) last += begin(empty) + (empty === 'planes' ? end() : ']');
  yield `${last}}`;
}
