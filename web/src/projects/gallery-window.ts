/**
 * Which tiles of a long gallery are on the screen. Only these are elements; the rest is the height of the page.
 * Browsers cannot make an element higher than some 16 million pixels: a gallery above that is shorter than its
 * rows, and scrolling goes through them faster.
 */
export interface Grid {
  columns: number;
  tileWidth: number;
  /** With the gap below it. */
  rowHeight: number;
  rows: number;
  /** Of the element, pixels. */
  height: number;
}

export interface Shown {
  /** Indices of tiles, `to` exclusive. */
  from: number;
  to: number;
  /** Where the first of these rows is, pixels from the top of the element. */
  top: number;
}

export const GAP = 12;
const LEAST_TILE = 190;
const LEAST_TILE_NARROW = 150;
const CAPTION = 31;
const MOST_HEIGHT = 15e6;
/** Rows above and below the screen that are there already when they come into it. */
const SPARE_ROWS = 2;

export function gridOf(width: number, count: number): Grid {
  const least = width < 500 ? LEAST_TILE_NARROW : LEAST_TILE;
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const tileWidth = Math.max(1, (width - GAP * (columns - 1)) / columns);
  const rowHeight = pictureHeight(tileWidth) + CAPTION + GAP;
  const rows = Math.ceil(count / columns);
  return { columns, tileWidth, rowHeight, rows, height: Math.min(rows * rowHeight, MOST_HEIGHT) };
}

export const pictureHeight = (tileWidth: number): number => Math.round(tileWidth * 0.72);

/** `scrolled` is how much of the element is above the screen, `screen` the height of the screen. */
export function shownOf(grid: Grid, count: number, scrolled: number, screen: number): Shown {
  const top = Math.max(0, Math.min(scrolled, grid.height - screen));
  const real = toRows(grid, screen, top);
  const first = Math.max(0, Math.floor(real / grid.rowHeight) - SPARE_ROWS);
  const last = Math.min(grid.rows, Math.ceil((real + screen) / grid.rowHeight) + SPARE_ROWS);
  return {
    from: first * grid.columns,
    to: Math.min(count, last * grid.columns),
    top: top - (real - first * grid.rowHeight),
  };
}

/** How far to scroll so that a tile is on the screen; undefined when it is there. */
export function scrollFor(grid: Grid, index: number, scrolled: number, screen: number): number | undefined {
  const row = Math.floor(index / grid.columns) * grid.rowHeight;
  const real = toRows(grid, screen, Math.max(0, scrolled));
  if (row >= real && row + grid.rowHeight <= real + screen) return undefined;
  const wanted = row < real ? row : row + grid.rowHeight - screen;
  return wanted / stretchOf(grid, screen);
}

function toRows(grid: Grid, screen: number, scrolled: number): number {
  return scrolled * stretchOf(grid, screen);
}

/** Pixels of rows a pixel of scrolling. */
function stretchOf(grid: Grid, screen: number): number {
  const real = grid.rows * grid.rowHeight;
  return real <= grid.height ? 1 : (real - screen) / (grid.height - screen);
}
