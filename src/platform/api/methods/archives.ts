/** Archives that exports made: listed, shown, linked to, removed before their time. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { ArchiveRow } from '../../store/repositories/publications.ts';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import { ArchiveEntity, archiveEntity, expiryOf } from '../entities/archive.ts';
import { found } from '../found.ts';
import { serverAddress } from '../http/server-address.ts';
import {
  ById,
  DONE,
  Done,
  endpoint,
  Id,
  type MethodTable,
  maybe,
  orNull,
  type Scope,
  Time,
} from '../method.ts';

const HOUR_MS = 3600_000;
/** Long enough to resume a large download overnight. */
const LINK_HOURS = 24;
const MOST_LINK_HOURS = 7 * 24;
const ofArchive = ({ id }: { id: number }): Scope => ({ archives: [id] });

export function archiveMethods(deps: ApiDeps): MethodTable {
  const { clock, links, retention, stores } = deps;
  const { archives } = stores;

  async function archiveOf(id: number): Promise<ArchiveRow> {
    return found(await archives.get(id), `Archive with id: ${id}`);
  }

  return {
    'archives.info': endpoint(
      {
        about: 'The archive an export made.',
        needs: 'view',
        of: ofArchive,
        request: ById,
        response: ArchiveEntity,
      },
      async ({ id }) => archiveEntity(await archiveOf(id), retention),
    ),

    'archives.list': endpoint(
      {
        about:
          'Archives that can be downloaded, the newest first; `before` is the `next` of the page before.',
        needs: 'view',
        request: Type.Object({
          before: maybe(Id),
          limit: maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
        }),
        response: Type.Object({ entities: Type.Array(ArchiveEntity), next: orNull(Id) }),
      },
      async ({ before, limit }, { principal }) => {
        const most = limit ?? 100;
        const rows = await archives.list({
          limit: most,
          since: clock.now() - retention.archiveMs,
          ...(before != null && { before }),
          ...visibleTo(principal),
        });
        const next = rows.length < most ? null : (rows.at(-1)?.id ?? null);
        return { entities: rows.map((row) => archiveEntity(row, retention)), next };
      },
    ),

    'archives.link': endpoint(
      {
        about:
          'An address that downloads this archive without a token and opens nothing else; for curl, resumable.',
        needs: 'view',
        of: ofArchive,
        request: Type.Object({
          id: Id,
          hours: maybe(Type.Integer({ minimum: 1, maximum: MOST_LINK_HOURS })),
        }),
        response: Type.Object({ url: Type.String(), expiresAt: Time, curl: Type.String() }),
      },
      async ({ id, hours }, { request }) => {
        const row = await archiveOf(id);
        const now = clock.now();
        const end = Math.min(now + (hours ?? LINK_HOURS) * HOUR_MS, expiryOf(row, retention));
        if (end <= now) throw new SlyError('SLY_NOT_FOUND', { detail: `archive ${id} has expired` });
        const whole = Math.floor(end / 1000) * 1000;
        const { link } = archiveEntity(row, retention);
        const url = `${serverAddress(request, deps)}${link}?${links.sign(row, whole)}`;
        return {
          url,
          expiresAt: new Date(whole).toISOString(),
          curl: `curl -f -C - -o ${quoted(row.name)} ${quoted(url)}`,
        };
      },
    ),

    'archives.remove': endpoint(
      {
        about: 'Removes an archive before its time; one that is gone already is no error.',
        needs: 'manage',
        of: ofArchive,
        request: ById,
        response: Done,
      },
      async ({ id }) => {
        await archives.remove(id);
        return DONE;
      },
    ),
  };
}

/** For a shell, where a quote ends the quoting. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
