/** Which images may run here. Local policy: nothing that comes over the link can widen it. Pure. */
import { SlyError } from '../../lib/errors.ts';

export interface ImagePolicy {
  /** Those of the built-in plugins and of scripts; always allowed. */
  own: readonly string[];
  /** Globs on the whole reference, tag included: `*` stays inside a path part, `**` does not. */
  allowed: readonly string[];
}

export function assertAllowed(image: string, policy: ImagePolicy): void {
  if (policy.own.includes(image) || policy.allowed.some((glob) => matchesGlob(image, glob))) return;
  const list = policy.allowed.length === 0 ? 'no other image' : policy.allowed.join(', ');
  throw new SlyError('SLY_IMAGE_NOT_ALLOWED', {
    detail: `${image}: this agent runs ${policy.own.join(', ')} and ${list}`,
    hint: 'Add it to allowed_images in the configuration of this agent, if you trust it.',
  });
}

export function matchesGlob(image: string, glob: string): boolean {
  const pattern = glob
    .split('**')
    .map((part) =>
      part
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]'),
    )
    .join('.*');
  return new RegExp(`^${pattern}$`).test(image);
}

/**
 * True when a reference says itself where it comes from. A bare name such as that of the built-in image would
 * be looked up in a public registry, where its owner may be anybody.
 */
export function namesRegistry(image: string): boolean {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return first === 'localhost' || first.includes('.') || first.includes(':');
}
