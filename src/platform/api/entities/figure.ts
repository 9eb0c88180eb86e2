/** Figures as lists and single replies have them. */
import { Type } from 'typebox';
import { AnyObject, Count, Id, orNull, Time } from '../method.ts';

export const FigureEntity = Type.Object(
  {
    id: Id,
    key: orNull(Type.String()),
    entityId: Id,
    objectId: orNull(Id),
    classId: orNull(Id),
    classTitle: orNull(Type.String()),
    projectId: Id,
    datasetId: Id,
    frame: orNull(Count),
    geometryType: Type.String(),
    geometry: AnyObject,
    tags: Type.Array(AnyObject),
    meta: AnyObject,
    customData: AnyObject,
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Figure' },
);
