/** Files that are only stored: whoever sent them may name them by their hash afterwards. */
import { base64ToHex } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import type { Call } from '../method.ts';
import { type ReceivedFile, receiveFiles } from './receive-files.ts';

export async function receiveOwn(
  { blobs, stores }: { blobs: BlobStore; stores: Pick<Stores, 'access'> },
  { request, principal }: Pick<Call, 'request' | 'principal'>,
): Promise<ReceivedFile[]> {
  const received = await receiveFiles(blobs, request);
  const hashes = received.flatMap((file) => ('hash' in file ? [base64ToHex(file.hash)] : []));
  // Who sees every team needs no note, and is most of the traffic of a server of one person.
  if (principal.everywhere === null) await stores.access.noteSent(principal.userId, hashes);
  return received;
}
