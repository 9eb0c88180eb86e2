/** What a dry run leaves as a blob for the page; `samples` of its result names it. */
import { type Static, Type } from 'typebox';
import { ProjectTypeSchema } from './task.ts';

/** A larger one is not read. */
export const MOST_PREVIEW_BYTES = 8 << 20;

export const PreviewFileSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      dataset: Type.String(),
      name: Type.String(),
      /** What it is, when it is no image. */
      kind: Type.Optional(ProjectTypeSchema),
      /** Pixels of the original, 0 where nobody knows. */
      width: Type.Integer({ minimum: 0 }),
      height: Type.Integer({ minimum: 0 }),
      /** Thumbnail, base64; absent where the picture cannot be shown. */
      webp: Type.Optional(Type.String()),
      link: Type.Optional(Type.String()),
      /** Supervisely annotation in pixels of the original; absent where it is too large for a look. */
      ann: Type.Optional(Type.Unknown()),
    }),
    { maxItems: 100 },
  ),
});
export type PreviewFile = Static<typeof PreviewFileSchema>;
