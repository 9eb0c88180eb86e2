/** The JSON files that name the classes of a tree of masks, and which of them speaks for a picture. */
import { toSlyError } from '../../src/lib/errors.ts';
import type { Problem, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { type ClassRule, readClassRules } from './class-rules.ts';

export const MACHINE_MAP = 'obj_class_to_machine_color.json';
export const SEMANTIC_MAP = 'obj_class_to_semantic_color.json';

export interface ClassMap {
  file: string;
  rules: ClassRule[];
}

export interface ClassMaps {
  /** What was read, in the order of the tree. */
  files: ClassMap[];
  broken: Problem[];
  /** The map of the folder of a picture or of the nearest above it. */
  machineFor(picture: string): ClassMap | undefined;
  semanticFor(picture: string): ClassMap | undefined;
}

const MAX_BYTES = 16 << 20;

export async function readClassMaps(tree: SourceTree): Promise<ClassMaps> {
  const files: ClassMap[] = [];
  const broken: Problem[] = [];
  async function read(name: string, meaning: 'values' | 'colours'): Promise<Map<string, ClassMap>> {
    const maps = new Map<string, ClassMap>();
    for (const { path: file } of tree.byBaseName(name)) {
      try {
        const rules = readClassRules(JSON.parse(await tree.text(file, MAX_BYTES)), meaning);
        const map = { file, rules };
        maps.set(file.slice(0, Math.max(0, file.length - name.length - 1)), map);
        files.push(map);
      } catch (error) {
        const json = error instanceof SyntaxError;
        broken.push({
          file,
          code: json ? 'SLY_FORMAT_JSON' : toSlyError(error).code,
          message: json ? error.message : toSlyError(error).detail,
          hint: 'Mend it, or give the classes with the option classes_mapping.',
        });
      }
    }
    return maps;
  }
  const machine = await read(MACHINE_MAP, 'values');
  const semantic = await read(SEMANTIC_MAP, 'colours');
  return {
    files,
    broken,
    machineFor: (picture) => nearest(machine, picture),
    semanticFor: (picture) => nearest(semantic, picture),
  };
}

function nearest(maps: ReadonlyMap<string, ClassMap>, picture: string): ClassMap | undefined {
  if (maps.size === 0) return undefined;
  for (let folder = picture; folder !== ''; ) {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    const map = maps.get(folder);
    if (map !== undefined) return map;
  }
  return undefined;
}
