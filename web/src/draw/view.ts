/** Which part of a picture a stage shows. Lengths of the stage are CSS pixels, of the picture its own pixels. */
export interface View {
  /** CSS pixels a pixel of the picture. */
  scale: number;
  /** Where the picture's left top corner is on the stage. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Of a picture of which nobody knows its size. */
export const UNKNOWN_SIZE: Size = { width: 640, height: 480 };
const MOST_SCALE = 64;

/** All of the picture, as large as it goes; small pictures are not blown up more than eightfold. */
export function fitted(stage: Size, picture: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 8);
  return centred(Math.max(scale, Number.MIN_VALUE), stage, picture);
}

function centred(scale: number, stage: Size, picture: Size): View {
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/** The place `at` of the stage stays where it is. */
export function zoomed(
  view: View,
  factor: number,
  at: { x: number; y: number },
  stage: Size,
  picture: Size,
): View {
  const least = Math.min(fitted(stage, picture).scale, 1) / 4;
  const scale = Math.min(MOST_SCALE, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return held(
    { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio },
    stage,
    picture,
  );
}

export function panned(view: View, dx: number, dy: number, stage: Size, picture: Size): View {
  return held({ ...view, x: view.x + dx, y: view.y + dy }, stage, picture);
}

/** A box of the picture in the middle of the stage, with room around it. */
export function zoomedTo(
  box: { left: number; top: number; right: number; bottom: number },
  stage: Size,
  picture: Size,
): View {
  const [width, height] = [Math.max(1, box.right - box.left), Math.max(1, box.bottom - box.top)];
  const scale = Math.min(MOST_SCALE / 4, stage.width / (width * 1.6), stage.height / (height * 1.6));
  return held(
    {
      scale,
      x: stage.width / 2 - ((box.left + box.right) / 2) * scale,
      y: stage.height / 2 - ((box.top + box.bottom) / 2) * scale,
    },
    stage,
    picture,
  );
}

/** The picture cannot be lost: where it is smaller than the stage it is in the middle, else it fills the stage. */
export function held(view: View, stage: Size, picture: Size): View {
  return {
    scale: view.scale,
    x: along(view.x, picture.width * view.scale, stage.width),
    y: along(view.y, picture.height * view.scale, stage.height),
  };
}

function along(start: number, length: number, room: number): number {
  if (length <= room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, start));
}
