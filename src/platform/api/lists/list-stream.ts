/** A list whose entities are made while it is sent: a page of 20,000 large ones is never held whole. */
import type { FastifyReply } from 'fastify';
import { sendJsonText } from '../http/json-text.ts';
import { type ListRequest, listHead, pick } from './list-shape.ts';

export interface LongList {
  total: number;
  /** Entities of the page, and the token of the last one. */
  count: number;
  last: number;
  /** The entities, some at a time; fewer than `count` when some are removed meanwhile. */
  batches: AsyncIterable<readonly (Record<string, unknown> & { id: number })[]>;
}

export function streamList(reply: FastifyReply, request: ListRequest, list: LongList): Promise<FastifyReply> {
  async function* text(): AsyncGenerator<string> {
    yield `${JSON.stringify(listHead(request, list)).slice(0, -1)},"entities":[`;
    let comma = '';
    for await (const batch of list.batches) {
      for (const entity of batch) {
        yield comma + JSON.stringify(pick(entity, request.fields));
        comma = ',';
      }
    }
    yield ']}';
  }
  return sendJsonText(reply, text());
}
