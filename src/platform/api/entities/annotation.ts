/** Annotations of images as replies have them; every key that was sent comes back. */
import { Type } from 'typebox';
import { Count, Id, orNull, Time } from '../method.ts';

const TagOfItem = Type.Object({
  id: Id,
  tagId: orNull(Id),
  name: Type.String(),
  value: Type.Optional(Type.Unknown()),
  labelerLogin: orNull(Type.String()),
  createdAt: Time,
  updatedAt: Time,
});

const ObjectOfImage = Type.Object(
  {
    id: Id,
    classId: orNull(Id),
    classTitle: Type.String(),
    geometryType: Type.String(),
    tags: Type.Array(TagOfItem),
    description: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { description: 'The geometry stands beside these keys: points, bitmap, nodes, parts or vertices.' },
);

export const AnnotationEntity = Type.Object(
  {
    imageId: Id,
    imageName: Type.String(),
    datasetId: Id,
    createdAt: Time,
    updatedAt: Time,
    annotation: Type.Object({
      description: Type.String(),
      size: Type.Object({ height: Count, width: Count }),
      tags: Type.Array(TagOfItem),
      objects: Type.Array(ObjectOfImage),
    }),
  },
  { title: 'Annotation' },
);
