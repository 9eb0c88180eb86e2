/** A file that the page cannot show, with the reason as a sentence for a person. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
