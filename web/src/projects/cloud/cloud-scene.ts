/**
 * The points and figures of a cloud in WebGL. Owns what it puts on the graphics card; `close` gives it back. It draws
 * when something has changed, not all the time; while the view moves it draws as many points as there is time for.
 */
import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  DoubleSide,
  Group,
  LinearSRGBColorSpace,
  Mesh,
  MeshBasicMaterial,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  WebGLRenderer,
} from 'three';
import { LineMaterial } from 'three/addons/lines/LineMaterial.js';
import { LineSegments2 } from 'three/addons/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/addons/lines/LineSegmentsGeometry.js';
import { rgbOf } from '../../draw/colors.ts';
import type { Size } from '../../draw/view.ts';
import { createDrawBudget, evenOrder } from './draw-budget.ts';
import { distanceTo, lengthOf, less, times, type Xyz } from './geometry.ts';
import { eyeOf, FIELD_OF_VIEW, type Orbit } from './orbit.ts';
import { type Cloud, shownPoints } from './read/cloud.ts';
import type { SpatialFigure } from './spatial-figures.ts';

/** After so long without a move all points are drawn. */
const STILL_MS = 250;
/** Widths of lines in CSS pixels, how opaque the sides of a box are. */
const LINE = 1.75;
const LIT_LINE = 3.5;
const SIDES = 0.07;
const LIT_SIDES = 0.3;

export interface CloudScene {
  /** With the figures of it, whose places are the file's. */
  show(cloud: Cloud): void;
  /** Red, green, blue of each point. */
  paint(colors: Uint8Array): void;
  /** `lit` is drawn last and stronger. */
  figures(figures: readonly SpatialFigure[], lit: SpatialFigure | undefined): void;
  pointSize(pixels: number): void;
  resize(size: Size): void;
  look(orbit: Orbit): void;
  /** The nearest of these boxes at a place of the view, in CSS pixels. */
  hit(figures: readonly SpatialFigure[], at: { x: number; y: number }): SpatialFigure | undefined;
  close(): void;
}

/** Throws when there is no WebGL. `drawn` is called after each picture. */
export function createCloudScene(canvas: HTMLCanvasElement, drawn: () => void): CloudScene {
  // Colours are those of the classes, as they are.
  ColorManagement.enabled = false;
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
  renderer.outputColorSpace = LinearSRGBColorSpace;
  const scene = new Scene();
  const camera = new PerspectiveCamera((FIELD_OF_VIEW * 180) / Math.PI);
  camera.up.set(0, 0, 1);
  const points = new Points(
    new BufferGeometry(),
    new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: true }),
  );
  points.frustumCulled = false;
  const parts = new Group();
  scene.add(points, parts);
  let origin: Xyz = [0, 0, 0];
  let size: Size = { width: 0, height: 0 };
  let eye: Xyz = [0, 0, 1];
  let waiting = 0;
  let still: ReturnType<typeof setTimeout> | undefined;
  const budget = createDrawBudget();

  function redraw(isMoving = false): void {
    clearTimeout(still);
    if (waiting !== 0 || size.width === 0) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      const all = points.geometry.index?.count ?? 0;
      const count = isMoving ? budget.points(all) : all;
      points.geometry.setDrawRange(0, count);
      renderer.render(scene, camera);
      drawn();
      const begun = performance.now();
      requestAnimationFrame(() => budget.took(performance.now() - begun, count));
      if (count < all) still = setTimeout(redraw, STILL_MS);
    });
  }

  function clearParts(): void {
    for (const part of [...parts.children] as (Mesh | LineSegments2)[]) {
      parts.remove(part);
      part.geometry.dispose();
      for (const material of [part.material].flat()) material.dispose();
    }
  }

  function addParts(figures: readonly SpatialFigure[], line: number, sides: number): void {
    const lines = figures.flatMap((one) => one.lines);
    if (lines.length > 0) {
      const geometry = new LineSegmentsGeometry();
      geometry.setPositions(placesOf(lines));
      geometry.setColors(colorsOf(figures, (one) => one.lines.length));
      const drawnLines = new LineSegments2(
        geometry,
        new LineMaterial({ linewidth: line, vertexColors: true }),
      );
      drawnLines.frustumCulled = false;
      parts.add(drawnLines);
    }
    const faces = figures.flatMap((one) => one.faces);
    if (faces.length === 0) return;
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(placesOf(faces), 3));
    geometry.setAttribute(
      'color',
      new BufferAttribute(
        colorsOf(figures, (one) => one.faces.length),
        3,
      ),
    );
    const material = new MeshBasicMaterial({
      vertexColors: true,
      transparent: true,
      opacity: sides,
      side: DoubleSide,
      depthWrite: false,
    });
    const mesh = new Mesh(geometry, material);
    mesh.frustumCulled = false;
    parts.add(mesh);
  }

  const placesOf = (places: readonly Xyz[]): Float32Array =>
    Float32Array.from(places.flatMap((place) => less(place, origin)));

  const onRestored = (): void => redraw();
  canvas.addEventListener('webglcontextrestored', onRestored);

  return {
    show(cloud) {
      origin = cloud.origin;
      points.geometry.dispose();
      points.geometry = new BufferGeometry();
      points.geometry.setAttribute('position', new BufferAttribute(cloud.positions, 3));
      points.geometry.setIndex(new BufferAttribute(evenOrder(shownPoints(cloud)), 1));
      redraw();
    },
    paint(colors) {
      points.geometry.setAttribute('color', new BufferAttribute(colors, 3, true));
      redraw();
    },
    figures(figures, lit) {
      clearParts();
      addParts(
        figures.filter((one) => one !== lit),
        LINE,
        SIDES,
      );
      if (lit !== undefined) addParts([lit], LIT_LINE, LIT_SIDES);
      redraw();
    },
    pointSize(pixels) {
      points.material.size = pixels;
      redraw();
    },
    resize(to) {
      size = to;
      renderer.setPixelRatio(devicePixelRatio);
      renderer.setSize(to.width, to.height, false);
      camera.aspect = to.width / Math.max(1, to.height);
      camera.updateProjectionMatrix();
      redraw();
    },
    look(orbit) {
      eye = eyeOf(orbit);
      camera.position.set(...less(eye, origin));
      camera.near = orbit.distance / 500;
      camera.far = orbit.distance * 500;
      camera.lookAt(...less(orbit.target, origin));
      camera.updateProjectionMatrix();
      camera.updateMatrixWorld();
      redraw(true);
    },
    hit(figures, { x, y }) {
      const through = camera.position
        .clone()
        .set((2 * x) / size.width - 1, 1 - (2 * y) / size.height, 0.5)
        .unproject(camera)
        .sub(camera.position);
      const direction: Xyz = [through.x, through.y, through.z];
      const unit = times(direction, 1 / lengthOf(direction));
      let best: { figure: SpatialFigure; far: number } | undefined;
      for (const figure of figures) {
        const far = figure.box === undefined ? undefined : distanceTo(figure.box, eye, unit);
        if (far !== undefined && far < (best?.far ?? Infinity)) best = { figure, far };
      }
      return best?.figure;
    },
    close() {
      cancelAnimationFrame(waiting);
      clearTimeout(still);
      canvas.removeEventListener('webglcontextrestored', onRestored);
      clearParts();
      points.geometry.dispose();
      points.material.dispose();
      renderer.dispose();
    },
  };
}

/** 0..1 for each corner, `corners` of each figure. */
function colorsOf(
  figures: readonly SpatialFigure[],
  corners: (figure: SpatialFigure) => number,
): Float32Array {
  const colors = new Float32Array(3 * figures.reduce((sum, one) => sum + corners(one), 0));
  let at = 0;
  for (const figure of figures) {
    const color = rgbOf(figure.color).map((value) => value / 255);
    for (let left = corners(figure); left > 0; left--) {
      colors.set(color, at);
      at += 3;
    }
  }
  return colors;
}
