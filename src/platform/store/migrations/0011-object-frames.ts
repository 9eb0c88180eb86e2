import type { Migration } from './migration.ts';

/** In which frames an object has figures is read from the index alone. */
export const objectFrames: Migration = {
  name: '0011-object-frames',
  sqlite: `
DROP INDEX figures_by_object;
CREATE INDEX figures_by_object ON figures (object_id, item_id, waiting, frame) WHERE object_id IS NOT NULL;
`,
};
