/** Whether the coordinates of a table are pixels or shares of the picture. */
import type { Corners } from './row-values.ts';

export type Unit = 'pixels' | 'normalised';

export interface UnitFinder {
  see(corners: Corners): void;
  /** The unit and how it was told, as a sentence of the report continues after "coordinates". */
  decide(wanted: 'auto' | Unit): { unit: Unit; because: string };
}

/** A box that leaves the picture a little is still given in shares. */
const FARTHEST_SHARE = 1.5;
/** So that a few broken rows do not turn all others into boxes of one pixel. */
const MOST = 0.9;

export function createUnitFinder(): UnitFinder {
  let boxes = 0;
  let within = 0;
  return {
    see(corners) {
      boxes++;
      if (corners.every((one) => Math.abs(one) <= FARTHEST_SHARE)) within++;
    },
    decide(wanted) {
      if (wanted !== 'auto') return { unit: wanted, because: 'as the option coordinates says' };
      if (boxes > 0 && within >= boxes * MOST)
        return { unit: 'normalised', because: `${within} of ${boxes} boxes lie between 0 and 1` };
      return { unit: 'pixels', because: `${boxes - within} of ${boxes} boxes reach beyond 1` };
    },
  };
}
