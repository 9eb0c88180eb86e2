/** Attributes of pictures and labels as tags. What BDD100K has a list of values for is one of these. */
import type { Tag } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { TagNames, TagPlace } from '../../src/plugin-kit/tag-names.ts';

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  weather: ['clear', 'rainy', 'snowy', 'overcast', 'partly cloudy', 'foggy', 'undefined'],
  scene: ['tunnel', 'residential', 'parking lot', 'city street', 'gas stations', 'highway', 'undefined'],
  timeofday: ['daytime', 'night', 'dawn/dusk', 'undefined'],
  trafficLightColor: ['red', 'yellow', 'green'],
  areaType: ['direct', 'alternative'],
  laneDirection: ['parallel', 'vertical'],
  laneStyle: ['solid', 'dashed'],
};
const LIGHTS: Readonly<Record<string, string>> = { R: 'red', Y: 'yellow', G: 'green' };
/** How a traffic light without a colour, or what is none, is written. */
const NO_COLOUR = /^(?:none|na)$/i;

/** True is a tag without a value, false and null are none; what is no text, number or boolean becomes its JSON. */
export function attributeTags(attributes: unknown, on: TagPlace, tags: TagNames): Tag[] {
  if (!isRecord(attributes)) return [];
  const list: Tag[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (name === '' || value === false || value === null || value === '') continue;
    if (value === true) list.push(tags.none(name, on));
    else if (typeof value === 'number') list.push(tags.number(name, value, on));
    else if (typeof value !== 'string') list.push(tags.text(name, JSON.stringify(value), on));
    else if (name !== 'trafficLightColor') list.push(chosen(name, value, on, tags));
    else if (!NO_COLOUR.test(value)) list.push(chosen(name, LIGHTS[value] ?? value, on, tags));
  }
  return list;
}

function chosen(name: string, value: string, on: TagPlace, tags: TagNames): Tag {
  const choices = Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
  return choices === undefined ? tags.text(name, value, on) : tags.oneOf(name, value, choices, on);
}
