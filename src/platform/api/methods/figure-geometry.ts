/** Geometries that are too large for JSON: voxels, meshes, indices, masks with many levels. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { FigureRow, ImageLabelRow } from '../../store/repositories/figures.ts';
import type { ApiDeps } from '../api-deps.ts';
import { geometryOfLabel, labelsByIds } from '../figures/image-labels.ts';
import { isLabelId } from '../figures/label-ids.ts';
import { figureScope } from '../figures/label-scope.ts';
import { assertSound } from '../figures/new-figures.ts';
import { type ReceivedGeometry, receiveGeometries } from '../figures/receive-geometries.ts';
import { found } from '../found.ts';
import { type ReplyPart, sendParts } from '../http/multipart-reply.ts';
import { endpoint, Id, Ids, type MethodTable, Multipart } from '../method.ts';

/** What is kept in the figure itself, not as bytes of its own, has an end. */
const MOST_INLINE = 64 << 20;

export function figureGeometryMethods(deps: ApiDeps): MethodTable {
  const { auth, blobs, stores } = deps;

  async function bytesOf({ sha256, size, figureId }: ReceivedGeometry): Promise<Buffer> {
    if (size > MOST_INLINE) {
      throw new SlyError('SLY_TOO_LARGE', {
        detail: `figure ${figureId}: geometry: expected at most ${MOST_INLINE} bytes, got ${size}`,
      });
    }
    const chunks: Buffer[] = [];
    if (size > 0)
      for await (const chunk of (await blobs.open(sha256)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Masks and indices are part of the annotation's JSON, so they are read now and not by every reader. */
  async function stored(figure: FigureRow, received: ReceivedGeometry) {
    const { id, geometryType } = figure;
    const { sha256 } = received;
    if (geometryType === 'alpha_mask') {
      const text = (await bytesOf(received)).toString('utf8');
      assertSound(geometryType, { bitmap: parsed(text, id) }, `figure ${id}`);
      return { id, geometry: `{"bitmap":${text}}` };
    }
    if (geometryType === 'point_cloud') {
      const bytes = await bytesOf(received);
      if (bytes.length % 4 !== 0) throw wrong(id, 'a multiple of 4 bytes', `${bytes.length} bytes`);
      const indices = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
      return { id, sha256, geometry: JSON.stringify({ indices }) };
    }
    return { id, sha256 };
  }

  async function part(id: number, geometry: FigureRow | ImageLabelRow): Promise<ReplyPart | undefined> {
    const headers = [
      `Content-Disposition: form-data; name="${id}"; filename="${id}"`,
      'Content-Type: application/octet-stream',
    ];
    if ('label' in geometry) {
      const { bitmap } = geometryOfLabel(geometry.label);
      return bitmap === undefined ? undefined : { headers, bytes: Buffer.from(JSON.stringify(bitmap)) };
    }
    if (geometry.sha256 !== null) {
      const size = await blobs.size(geometry.sha256);
      return size === undefined ? undefined : { headers, sha256: geometry.sha256, size };
    }
    if (geometry.waiting) return undefined;
    return { headers, bytes: inlineBytes(geometry) };
  }

  return {
    'figures.bulk.upload.geometry': endpoint(
      {
        about: 'Stores geometries of figures: pairs of figureId and geometry in a multipart body.',
        needs: 'annotate',
        request: Multipart(),
        response: Type.Array(Type.Object({ figureId: Id })),
      },
      async (_input, { request, principal }) => {
        const ready = [];
        for await (const received of receiveGeometries(blobs, request)) {
          const { figureId } = received;
          await auth.may(principal, 'annotate', { figures: [figureId] }, 'Figure');
          const [figure] = await stores.figures.get([figureId]);
          ready.push(await stored(found(figure, `Figure with id: ${figureId}`), received));
        }
        await stores.figures.putGeometry(ready);
        return ready.map(({ id }) => ({ figureId: id }));
      },
    ),

    'figures.bulk.download.geometry': endpoint(
      {
        about:
          'Geometries of figures as they were uploaded; each part is named by the id. Those without are left out.',
        needs: 'view',
        of: ({ ids }) => figureScope(ids),
        request: Type.Object({ ids: Ids }),
        response: 'multipart',
      },
      async ({ ids }, { reply }) => {
        const rows = new Map<number, FigureRow | ImageLabelRow>(
          (await stores.figures.get(ids.filter((id) => !isLabelId(id)))).map((row) => [row.id, row]),
        );
        for (const [id, label] of await labelsByIds(stores, ids.filter(isLabelId))) rows.set(id, label);
        const parts: ReplyPart[] = [];
        for (const id of new Set(ids)) {
          const row = rows.get(id);
          const one = row === undefined ? undefined : await part(id, row);
          if (one !== undefined) parts.push(one);
        }
        if (parts.length === 0 && ids.length > 0) found(undefined, `Geometry of figure with id: ${ids[0]}`);
        return sendParts(blobs, parts, reply);
      },
    ),
  };
}

/** As it would have been uploaded. */
function inlineBytes({ geometryType, geometry }: FigureRow): Buffer {
  if (geometryType === 'alpha_mask') {
    // Verbatim: what was uploaded stands between these.
    return Buffer.from(geometry.slice('{"bitmap":'.length, -1));
  }
  const parsedGeometry = JSON.parse(geometry) as { indices?: number[] };
  if (geometryType !== 'point_cloud') return Buffer.from(geometry);
  const bytes = Buffer.alloc((parsedGeometry.indices?.length ?? 0) * 4);
  for (const [at, index] of (parsedGeometry.indices ?? []).entries()) bytes.writeUInt32LE(index, at * 4);
  return bytes;
}

function parsed(text: string, figureId: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrong(figureId, 'JSON {origin, data}', JSON.stringify(text.slice(0, 40)));
  }
}

function wrong(figureId: number, expected: string, got: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `figure ${figureId}: geometry: expected ${expected}, got ${got}`,
  });
}
