/** Annotation files of the Supervisely Format as the lines that an import publishes. */
import type { ExportItem, PublishFigures, PublishItem, PublishLine } from '../../src/protocol/publish.ts';

type Figure = PublishFigures['figures'][number];

interface AnnotationJson {
  description?: string;
  key?: string;
  tags: unknown[];
  objects: unknown[];
  frames?: { index: number; figures: Figure[] }[];
  figures?: Figure[];
  planes?: { name: Figure['plane']; slices: { index: number; figures: Figure[] }[] }[];
  spatialFigures?: Figure[];
}

const FIGURES_A_LINE = 2;

/** Few figures a line, so that an item has several of them. */
function figureLines(of: string, figures: readonly Figure[], related?: string): PublishFigures[] {
  const lines: PublishFigures[] = [];
  for (let at = 0; at < figures.length; at += FIGURES_A_LINE) {
    const some = figures.slice(at, at + FIGURES_A_LINE);
    lines.push({ kind: 'figures', of, figures: some, ...(related !== undefined && { related }) });
  }
  return lines;
}

function itemLine(item: ExportItem, ann?: unknown): PublishItem {
  const { id, dataset, name, sha256, link, mime, width, height, meta, related } = item;
  return {
    ...{ dataset, name, key: `item ${id}` },
    ...(sha256 === null ? { link: link ?? '' } : { sha256 }),
    ...(mime !== null && { mime }),
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(ann !== undefined && { ann }),
    meta: meta as Record<string, unknown>,
    ...(related !== undefined && {
      related: related.map((one) => ({ name: one.name, sha256: one.sha256, meta: one.meta })),
    }),
  };
}

const relatedLines = (item: ExportItem): PublishLine[] =>
  (item.related ?? []).flatMap(({ name, figures = [] }) =>
    figureLines(`item ${item.id}`, figures as Figure[], name),
  );

export const fileLines = {
  item(item: ExportItem, ann: AnnotationJson): PublishLine[] {
    const { tags, objects, description, key } = ann;
    const bytes = new Map((item.geometries ?? []).map((one) => [one.key, one.sha256]));
    const withBytes = (figure: Figure): Figure => {
      const sha256 = bytes.get(figure.key ?? '');
      const { geometry: _geometry, ...rest } = figure;
      return sha256 === undefined ? figure : { ...rest, sha256 };
    };
    const figures = [
      ...(ann.frames ?? []).flatMap(({ index, figures }) => figures.map((one) => ({ ...one, frame: index }))),
      ...(ann.figures ?? []),
      ...(ann.planes ?? []).flatMap(({ name, slices }) =>
        slices.flatMap(({ index, figures }) =>
          figures.map((one) => ({ ...one, frame: index, ...(name !== undefined && { plane: name }) })),
        ),
      ),
      ...(ann.spatialFigures ?? []).map(withBytes),
    ];
    return [
      itemLine(item, { description, key, tags, objects }),
      ...figureLines(`item ${item.id}`, figures),
      ...relatedLines(item),
    ];
  },

  episode(dataset: string, ann: AnnotationJson, items: readonly ExportItem[]): PublishLine[] {
    const { tags, objects, description } = ann;
    const clouds = items.filter((item) => item.dataset === dataset);
    const frames = new Map((ann.frames ?? []).map(({ index, figures }) => [index, figures]));
    return [
      { kind: 'episode', dataset, ann: { description, tags, objects } },
      ...clouds.flatMap((item) => {
        const { frame } = item.meta as { frame: number };
        return [
          itemLine(item),
          ...figureLines(`item ${item.id}`, frames.get(frame) ?? []),
          ...relatedLines(item),
        ];
      }),
    ];
  },
};
