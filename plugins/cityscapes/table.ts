/** The classes of Cityscapes: id, name, colour, whether single objects are told apart. */

export interface CityscapesClass {
  id: number;
  name: string;
  /** `#RRGGBB`. */
  color: string;
  hasInstances: boolean;
}

const ROWS = `
0 unlabeled #000000
1 ego vehicle #620F8A
2 rectification border #0F7837
3 out of roi #7D8A0F
4 static #3F0F8A
5 dynamic #6F4A00
6 ground #510051
7 road #804080
8 sidewalk #F423E8
9 parking #FAAAA0
10 rail track #E6968C
11 building #464646
12 wall #66669C
13 fence #BE9999
14 guard rail #B4A5B4
15 bridge #966464
16 tunnel #96785A
17 pole #999999
18 polegroup #999999
19 traffic light #FAAA1E
20 traffic sign #DCDC00
21 vegetation #6B8E23
22 terrain #98FB98
23 sky #4682B4
24 person #DC143C *
25 rider #FF0000 *
26 car #00008E *
27 truck #000046 *
28 bus #003C64 *
29 caravan #00005A *
30 trailer #00006E *
31 train #005064 *
32 motorcycle #0000E6 *
33 bicycle #770B20 *`;

export const CITYSCAPES: readonly CityscapesClass[] = ROWS.trim()
  .split('\n')
  .map((row) => {
    const [, id = '', name = '', color = '', star] = /^(\d+) (.+) (#\w{6})( \*)?$/.exec(row) ?? [];
    return { id: Number(id), name, color, hasInstances: star !== undefined };
  });

const BY_NAME = new Map(CITYSCAPES.map((one) => [one.name, one]));

export const OUT_OF_ROI = 'out of roi';
/** Drawn by nobody, so it has no number in masks. */
const LICENSE_PLATE = 'license plate';

/** `cargroup` is several cars that nobody told apart. */
export function knownClass(name: string): (CityscapesClass & { isGroup: boolean }) | undefined {
  const known = BY_NAME.get(name);
  if (known !== undefined) return { ...known, isGroup: false };
  const single = name.endsWith('group') ? BY_NAME.get(name.slice(0, -5)) : undefined;
  return single === undefined ? undefined : { ...single, isGroup: true };
}

export function knownColor(name: string): string | undefined {
  return name === LICENSE_PLATE ? '#00008E' : knownClass(name)?.color;
}
