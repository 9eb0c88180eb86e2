/** How the caller reached this server, for links in answers: `http://host:port`, without a slash at the end. */
import type { FastifyRequest } from 'fastify';

export function serverAddress(request: FastifyRequest, deps: { publicUrl?: string }): string {
  return (deps.publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '');
}
