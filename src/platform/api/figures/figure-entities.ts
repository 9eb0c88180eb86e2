/** Figures and labels of images as lists and single replies have them. */
import type { FigureRow, ImageLabelRow } from '../../store/repositories/figures.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { ids as idsOf, idsOfProjects } from './ids-of-projects.ts';
import { labelEntity } from './image-labels.ts';
import { figureEntity, grouped } from './label-json.ts';

export type FigureEntityJson = Record<string, unknown> & { id: number };

export function createFigureEntities(stores: Pick<Stores, 'projects' | 'entityTags'>) {
  async function ofRows(rows: readonly FigureRow[]): Promise<FigureEntityJson[]> {
    const ids = await idsOfProjects(stores, rows);
    const tags = grouped(await stores.entityTags.of('figure', idsOf(rows)), (tag) => tag.figureId);
    return rows.map((row) => figureEntity(row, tags.get(row.id) ?? [], ids(row.projectId)));
  }

  async function ofLabels(
    rows: readonly ImageLabelRow[],
    integerCoords: boolean,
  ): Promise<FigureEntityJson[]> {
    const ids = await idsOfProjects(stores, rows);
    return rows.map((row) => labelEntity(row, { ids: ids(row.projectId), integerCoords }));
  }

  return { ofRows, ofLabels };
}
