/** Mouse, pen, fingers and wheel on a stage, as what they mean: move, zoom, point at, choose. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface At {
  x: number;
  y: number;
}

export interface PointerActions {
  /** `isSecond`: with the second button, where there is `drag`. */
  pan(dx: number, dy: number, isSecond: boolean): void;
  zoom(factor: number, at: At): void;
  /** Tells what is there; undefined = the pointer has left. */
  point(at: At | undefined): number | undefined;
  choose(index: number | undefined): void;
  /** Instead of `pan` for one finger and the first button alone; with Shift or another button it is still `pan`. */
  drag?(dx: number, dy: number, at: At): void;
  /** Instead of `zoom` for the wheel without Ctrl; a notch of a mouse wheel is 1, away from the hand is positive. */
  scroll?(notches: number): void;
}

/** A press that moves less is a click. */
const CLICK_MOVE = 4;
/** A notch of a mouse wheel (100 pixels) is some 20 %. */
const WHEEL = 0.0018;
/** The two fingers of a touchpad arrive as small wheel moves with Ctrl. */
const PINCH = 0.01;
const NOTCH_PIXELS = 100;
const LINE_PIXELS = 16;

export function usePointers(stage: RefObject<HTMLElement | null>, actions: PointerActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const down = new Map<number, At>();
    let travelled = 0;
    let isDrag = false;
    let isSecond = false;

    const place = (event: MouseEvent): At => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const onDown = (event: PointerEvent): void => {
      const { drag } = latest.current;
      if (event.button !== 0 && drag === undefined) return;
      // A captured pointer would never click on what stands in for the picture.
      if (event.target instanceof Element && event.target.closest('a, button') !== null) return;
      element.setPointerCapture(event.pointerId);
      down.set(event.pointerId, place(event));
      isDrag = drag !== undefined && event.button === 0 && !event.shiftKey;
      isSecond = event.button === 2;
      if (down.size === 1) travelled = 0;
    };
    const onMove = (event: PointerEvent): void => {
      const at = place(event);
      const before = down.get(event.pointerId);
      if (before === undefined) {
        if (event.pointerType === 'mouse') latest.current.point(at);
        return;
      }
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      down.set(event.pointerId, at);
      travelled += Math.hypot(at.x - before.x, at.y - before.y);
      if (other === undefined) {
        if (travelled <= CLICK_MOVE) return;
        const { drag, pan } = latest.current;
        if (isDrag) drag?.(at.x - before.x, at.y - before.y, at);
        else pan(at.x - before.x, at.y - before.y, isSecond);
        return;
      }
      const middle = (a: At): At => ({ x: (a.x + other.x) / 2, y: (a.y + other.y) / 2 });
      const apart = (a: At): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
      latest.current.pan(middle(at).x - middle(before).x, middle(at).y - middle(before).y, false);
      latest.current.zoom(apart(at) / apart(before), middle(at));
    };
    const onUp = (event: PointerEvent): void => {
      if (!down.delete(event.pointerId) || down.size > 0) return;
      if (event.type === 'pointerup' && travelled <= CLICK_MOVE)
        latest.current.choose(latest.current.point(place(event)));
    };
    const onLeave = (): void => {
      if (down.size === 0) latest.current.point(undefined);
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const pixels =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PIXELS : event.deltaY;
      const { scroll } = latest.current;
      if (scroll !== undefined && !event.ctrlKey) scroll(-pixels / NOTCH_PIXELS);
      else latest.current.zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL)), place(event));
    };
    // The second button has something to do here.
    const onMenu = (event: Event): void => {
      if (latest.current.drag !== undefined) event.preventDefault();
    };

    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('contextmenu', onMenu);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('contextmenu', onMenu);
    };
  }, [stage]);
}
