/** Answers that are written by hand: whoever writes knows when the bytes are out and their memory is free again. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Sends status and headers as they are set on the reply. */
export function beginRaw(reply: FastifyReply): ServerResponse {
  reply.hijack();
  return reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
}

/** Resolves when the system has the bytes; rejects when the client is gone. */
export function writeRaw(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('the client closed the connection'));
    if (raw.destroyed) {
      onClose();
      return;
    }
    raw.once('close', onClose);
    raw.write(bytes, (error) => {
      raw.off('close', onClose);
      if (error == null) resolve();
      else reject(error);
    });
  });
}
