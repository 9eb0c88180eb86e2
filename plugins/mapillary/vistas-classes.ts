/** The classes of version 1 in the order of their numbers, for sources without config.json; `*` = told apart by object. */
import type { VistasClass } from './config.ts';

const TABLE =
  'Bird* #A52A2A; Ground Animal* #00C000; Curb #C4C4C4; Fence #BE9999; Guard Rail #B4A5B4; Barrier #66669C; Wall #66669C; Bike Lane #8040FF; Crosswalk - Plain* #8C8CC8; Curb Cut #AAAAAA; Parking #FAAAA0; Pedestrian Area #606060; Rail Track #E6968C; Road #804080; Service Lane #6E6E6E; Sidewalk #F423E8; Bridge #966464; Building #464646; Tunnel #96785A; Person* #DC143C; Bicyclist* #FF0000; Motorcyclist* #FF0000; Other Rider* #FF0000; Lane Marking - Crosswalk* #C88080; Lane Marking - General #FFFFFF; Mountain #40AA40; Sand #804040; Sky #4682B4; Snow #FFFFFF; Terrain #98FB98; Vegetation #6B8E23; Water #00AA1E; Banner* #FFFF80; Bench* #FA001E; Bike Rack* #000000; Billboard* #DCDCDC; Catch Basin* #AAAAAA; CCTV Camera* #DE2828; Fire Hydrant* #64AA1E; Junction Box* #282828; Mailbox* #212121; Manhole* #AAAAAA; Phone Booth* #00008E; Pothole #AAAAAA; Street Light* #D2AA64; Pole* #999999; Traffic Sign Frame* #808080; Utility Pole* #00008E; Traffic Light* #FAAA1E; Traffic Sign (Back)* #C0C0C0; Traffic Sign (Front)* #DCDC00; Trash Can* #B4A5B4; Bicycle* #770B20; Boat* #00008E; Bus* #003C64; Car* #00008E; Caravan* #00005A; Motorcycle* #0000E6; On Rails #005064; Other Vehicle* #804040; Trailer* #00006E; Truck* #000046; Wheeled Slow* #0000C0; Car Mount #202020; Ego Vehicle #000000; Unlabeled #000000';

export const VISTAS_CLASSES: readonly VistasClass[] = TABLE.split('; ').map((entry) => {
  const [, title = '', things, color = ''] = /^(.+?)(\*?) (#\w{6})$/.exec(entry) ?? [];
  return { title, name: title, color, instances: things === '*' };
});
