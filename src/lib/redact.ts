/** Takes secrets out of text that leaves the machine. Rather too much than too little: what looks like one goes. */

const CENSORED = '[redacted]';
/** Shorter ones would take ordinary words with them. */
const SHORTEST_SECRET = 4;

/** An address may hold a name and a password. */
export function withoutPassword(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^/@\s"'\\]*@/gi, `$1${CENSORED}@`);
}

const NAMES =
  '(?:proxy-)?authorization|x-api-key|api[-_]?key|access[-_]?token|token|passw(?:or)?d|secret|signature|cookie';
/** `name: value`, `name=value`, `"name":"value"`, the last also with escaped quotes; a scheme such as Bearer belongs to the value. */
const NAMED = new RegExp(
  String.raw`\b(${NAMES})(\\?["']?\s*[:=]\s*\\?["']?)((?:bearer|basic|digest)\s+)?[^\s"'&,;\\]+`,
  'gi',
);
const SCHEME = /\b(bearer|basic)\s+[A-Za-z0-9+/=_.~-]{16,}/gi;
/** Codes that log in or register, in an address. */
const CODE = /([?&]code=)[^&#\s"']+/gi;

/** `secrets`: values that are known to be secret, taken out wherever they stand. */
export function createRedactor(secrets: readonly (string | undefined)[] = []): (text: string) => string {
  const known = secrets
    .filter((one): one is string => one !== undefined && one.length >= SHORTEST_SECRET)
    .flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)])
    // The longest first: one may be a part of another.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, CENSORED);
    return withoutPassword(clean)
      .replace(NAMED, `$1$2${CENSORED}`)
      .replace(SCHEME, `$1 ${CENSORED}`)
      .replace(CODE, `$1${CENSORED}`);
  };
}
