/** Between columns and the values the rooms see. */

export const isoTime = (ms: number): string => new Date(ms).toISOString();

export function jsonObject(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
