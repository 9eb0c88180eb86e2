/** Every data set that is known by name, in the order in which they are asked. */
import type { DataSet } from './data-set.ts';
import { aberystwyth } from './tables/aberystwyth.ts';
import { ade20k, ade20kInstances } from './tables/ade20k.ts';
import { bdd100k } from './tables/bdd100k.ts';
import { camvid } from './tables/camvid.ts';
import { cocostuff } from './tables/cocostuff.ts';
import { cropsAndWeeds } from './tables/crops-and-weeds.ts';
import { davis2016 } from './tables/davis2016.ts';
import { etrims } from './tables/etrims.ts';
import { freiburg } from './tables/freiburg.ts';
import { graz50 } from './tables/graz50.ts';
import { humanSkin } from './tables/human-skin.ts';
import { parisart } from './tables/parisart.ts';
import { pascalContext } from './tables/pascal-context.ts';
import { pascalPart } from './tables/pascal-part.ts';
import { pedestrian } from './tables/pedestrian.ts';
import { pennfudan } from './tables/pennfudan.ts';
import { rangepart } from './tables/rangepart.ts';

export const DATA_SETS: readonly DataSet[] = [
  bdd100k,
  camvid,
  etrims,
  graz50,
  parisart,
  freiburg,
  rangepart,
  humanSkin,
  pascalPart,
  pascalContext,
  pedestrian,
  pennfudan,
  ade20k,
  ade20kInstances,
  aberystwyth,
  cropsAndWeeds,
  davis2016,
  cocostuff,
];
