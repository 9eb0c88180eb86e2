/** One address: whether it can be a picture, and the name its item gets. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';

const SCHEMES = new Set(['http:', 'https:', 's3:']);

export type CheckedLink = { link: string; base: string; scheme: string } | { why: string };

/** `base`: last part of the path, decoded; empty when the path has none. */
export function checkLink(address: string): CheckedLink {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return { why: 'expected an address such as https://host/a.jpg, got something else' };
  }
  const scheme = url.protocol;
  if (!SCHEMES.has(scheme)) return { why: `expected http, https or s3, got ${scheme.slice(0, -1)}` };
  if (url.username !== '' || url.password !== '')
    return { why: 'expected an address without user and password: whoever sees the item would see them' };
  if (url.hostname === '') return { why: 'expected the name of a host or a bucket' };
  const base = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  if (scheme === 's3:' && base === '') return { why: 'expected the key of an object behind the bucket' };
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(base)?.[1];
  if (ending !== undefined && /[A-Za-z]/.test(ending) && !isImageName(base) && !isScript(ending))
    return { why: `expected a picture, got a name that ends with .${ending}` };
  return { link: url.href, base, scheme };
}

/** A program behind the address may well give a picture. */
function isScript(ending: string): boolean {
  return /^(?:php|aspx?|jsp|cgi|do|ashx)$/i.test(ending);
}

/** Letters and digits of any script stay, all else becomes dashes; the ending stays. */
export function plainName(base: string): string {
  const ending = isImageName(base) ? base.slice(base.lastIndexOf('.')) : '';
  const stem = base.slice(0, base.length - ending.length);
  const plain = stem
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}_]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return (plain === '' ? 'image' : plain) + ending.toLowerCase();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
