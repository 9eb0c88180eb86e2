/** What is behind the links of an import: `links/` is behind it. */
/** What is behind a link. */
export interface LinkFacts {
  mime: string;
  /** The usual one of its kind, with the dot. */
  extension: string;
  /** Pixels as stored. */
  width: number;
  height: number;
  /** Bytes, when the server says it. */
  size?: number;
}

export interface LinkProber {
  /** Bounded parallel. Throws SLY_FORBIDDEN, SLY_NOT_FOUND or SLY_IMAGE_UNREADABLE with what a person can do. */
  probe(link: string, signal: AbortSignal): Promise<LinkFacts>;
}
