/** The figures of an item as JSON text, page by page, in the order (plane, frame, id). */
import { setImmediate as breathe } from 'node:timers/promises';
import type { FigurePlace, FigureRow, FigureStore } from '../../store/repositories/figures.ts';

const PAGE = 1000;

/**
 * Of one plane; '' is what has none. With `objects`, figures of those that came after the objects were read are left
 * out. Frames before `from` are passed over.
 */
export async function* figuresOf(
  figures: Pick<FigureStore, 'page'>,
  of: { itemId: number; plane: string; objects?: ReadonlySet<number>; from?: number },
): AsyncGenerator<FigureRow> {
  let after: FigurePlace = { plane: of.plane, frame: of.from ?? Number.MIN_SAFE_INTEGER, id: 0 };
  for (;;) {
    const page = await figures.page(of.itemId, { after, limit: PAGE });
    for (const figure of page) {
      if (figure.plane !== of.plane) return;
      if (figure.objectId === null || of.objects?.has(figure.objectId) !== false) yield figure;
      after = figure;
    }
    if (page.length < PAGE) return;
    // Reading and sending may both be done at once, page after page: others have their turn.
    await breathe();
  }
}

/** `{index, figures}` of each frame (or slice) that has figures, with commas between. */
export async function* figuresByFrame(
  figures: Pick<FigureStore, 'page'>,
  of: { itemId: number; plane: string; objects: ReadonlySet<number> },
  textOf: (figure: FigureRow) => string,
): AsyncGenerator<{ text: string; place: FigurePlace }> {
  let frame: number | undefined;
  let place: FigurePlace | undefined;
  for await (const figure of figuresOf(figures, of)) {
    const begins =
      figure.frame === frame
        ? ','
        : `${frame === undefined ? '' : ']},'}{"index":${Math.max(0, figure.frame)},"figures":[`;
    frame = figure.frame;
    place = figure;
    yield { text: begins + textOf(figure), place: figure };
  }
  if (place !== undefined) yield { text: ']}', place };
}

/** Figures as the elements of a JSON array. */
export async function* figureTexts(
  figures: Pick<FigureStore, 'page'>,
  of: Parameters<typeof figuresOf>[1],
  textOf: (figure: FigureRow) => string,
): AsyncGenerator<string> {
  let comma = '';
  for await (const figure of figuresOf(figures, of)) {
    yield comma + textOf(figure);
    comma = ',';
  }
}
