import { SlyError } from '../../../lib/errors.ts';

/** A path below an agent's upload folder. The agent checks again, on disk; here only what is never right is refused. */
export function assertUploadPath(path: string): void {
  const parts = path.split('/');
  const wrong =
    path.includes('\0') || path.startsWith('/') || parts.some((part) => part === '..' || part === '.');
  if (path === '' || wrong) {
    throw new SlyError('SLY_USAGE', {
      detail: `path: expected a path below the upload folder, like "street" or "2024/street.zip", got ${JSON.stringify(path)}`,
    });
  }
}
