/** Whether a tree is Cityscapes: by the ends of its names and the bytes of a few of the files. */
import { sniffImage } from '../../src/plugin-kit/image-probe.ts';
import type { SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { labelFileName, PICTURE_SUFFIX } from './names.ts';

const LOOKED_AT = 5;
const HEAD_BYTES = 64 << 10;

export async function detectCityscapes(tree: SourceTree): Promise<Verdict> {
  const polygons: string[] = [];
  const masks: string[] = [];
  let picture: string | undefined;
  for (const { path: file, size } of tree.files) {
    const base = file.slice(file.lastIndexOf('/') + 1);
    const kind = size === 0 ? undefined : labelFileName(base)?.kind;
    if (kind === 'polygons' && polygons.length < LOOKED_AT) polygons.push(file);
    else if ((kind === 'labelIds' || kind === 'instanceIds') && masks.length < LOOKED_AT) masks.push(file);
    else if (picture === undefined && base.includes(PICTURE_SUFFIX)) picture = file;
    if (polygons.length === LOOKED_AT && picture !== undefined) break;
  }
  if (polygons.length === 0 && masks.length === 0)
    return no('no file is called ..._gtFine_polygons.json or ..._gtFine_labelIds.png');
  for (const file of polygons) {
    if (!isPolygonFile((await tree.head(file, HEAD_BYTES)).toString('utf8'))) continue;
    return picture === undefined
      ? {
          confidence: 0.7,
          because: `${file} has objects with polygons, but no picture is called ..._leftImg8bit`,
        }
      : { confidence: 0.97, because: `${file} has objects with polygons, and ${picture} is there` };
  }
  const mask = masks.find((file) => sniffImage(tree.locate(file)).kind === 'png');
  if (mask !== undefined && picture !== undefined)
    return { confidence: 0.93, because: `${mask} is a mask of class ids, and ${picture} is there` };
  const [first] = [...polygons, ...masks];
  return no(
    `${first} has a name of Cityscapes, but ${mask === undefined ? 'not its content' : 'no picture is called ..._leftImg8bit'}`,
  );
}

/** The beginning of one; of a large file the first object must suffice. */
function isPolygonFile(head: string): boolean {
  return (
    /^\uFEFF?\s*\{/.test(head) &&
    /"objects"\s*:\s*\[/.test(head) &&
    (/"polygon"\s*:\s*\[/.test(head) || /"img(?:Width|Height)"\s*:/.test(head))
  );
}

const no = (because: string): Verdict => ({ confidence: 0, because });
