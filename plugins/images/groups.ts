/** Pictures of one scene: the folder is the group, a tag with its name holds its pictures together. */
import path from 'node:path';
import type { Tag } from '../../src/format/model.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

export type GroupMode = 'none' | 'multiview' | 'multispectral';

export interface Groups {
  /** The tag of a picture's group; undefined without groups, and for pictures outside of any folder. */
  tagOf(file: string): Tag | undefined;
}

export function createGroups(mode: GroupMode, project: ProjectWriter): Groups {
  if (mode === 'none') return { tagOf: () => undefined };
  project.mergeMeta({
    classes: [],
    tags: [{ name: mode, value_type: 'any_string', color: '#20BEFF', applicable_type: 'imagesOnly' }],
    projectType: 'images',
    projectSettings: {
      multiView: { enabled: true, tagName: mode, tagId: null, isSynced: false },
      labelingInterface: mode === 'multiview' ? 'multi_view' : 'multispectral',
    },
  });
  return {
    tagOf(file) {
      const folders = file.split('/').slice(0, -1);
      // `<group>/images/a.png` and `<group>/split/a.tif`: the group is above.
      if (mode === 'multispectral' && /^(?:images|split)$/.test(folders.at(-1) ?? '')) folders.pop();
      const group = path.posix.join(...folders, '.');
      return group === '.' ? undefined : { name: mode, value: group };
    },
  };
}
