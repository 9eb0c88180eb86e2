/** Colours of classes and tags: `#RRGGBB`, upper case. */

/** Undefined for anything that is no colour. */
export function readColor(value: unknown): string | undefined {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value.toUpperCase() : undefined;
}

/** The same for the same number; neighbours are far apart in hue (golden angle), later ones differ in brightness. */
export function distinctColor(index: number): string {
  const hue = (index * 137.508) % 360;
  const saturation = 0.85 - 0.2 * (Math.floor(index / 12) % 3);
  const value = 1 - 0.18 * (Math.floor(index / 4) % 3);
  return hex(hue, saturation, value);
}

/** Hands out colours nobody has; in the same order whenever the same ones are taken. What is no colour takes none. */
export function createColorPicker(taken: Iterable<unknown>): { take(): string; mark(color: string): void } {
  const used = new Set<string>();
  for (const one of taken) {
    const color = readColor(one);
    if (color !== undefined) used.add(color);
  }
  let next = used.size;
  return {
    take() {
      // Two numbers may round to one colour; after a full turn without luck a repeated colour is no harm.
      for (let tries = 0; tries < 1000 && used.has(distinctColor(next)); tries++) next++;
      const color = distinctColor(next++);
      used.add(color);
      return color;
    },
    mark(color) {
      used.add(color.toUpperCase());
    },
  };
}

function hex(hue: number, saturation: number, value: number): string {
  const channel = (n: number): string => {
    const k = (n + hue / 60) % 6;
    const level = value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
    return Math.round(level * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(5)}${channel(3)}${channel(1)}`.toUpperCase();
}
