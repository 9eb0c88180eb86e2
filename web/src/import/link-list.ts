/** How many lines of a typed list are addresses. The plugin decides; this is only the number on the button. */
const LINK = /^(?:https?|s3):\/\/[^\s/]+\/\S/i;

export function countLinks(text: string): { links: number; other: number } {
  let links = 0;
  let other = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (LINK.test(trimmed)) links++;
    else other++;
  }
  return { links, other };
}
