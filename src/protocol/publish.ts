/**
 * The data plane: what an agent sends and asks over HTTP (`/agents/v1/...`, bearer agent token).
 * Every call is idempotent: a repeated one changes nothing and gives the same answer.
 * Calls that belong to an attempt carry it; an attempt that lost its lease gets 409 `SLY_LEASE_LOST`.
 */
import { type Static, Type } from 'typebox';
import { SegmentEpisodeSchema, SegmentFigureSchema } from './plugin.ts';
import { ConflictPolicySchema, ProjectTypeSchema, ReportLineSchema, Sha256Schema } from './task.ts';

/** POST /agents/v1/blobs/missing (at most 5000 hashes) */
export const MissingRequestSchema = Type.Object({ hashes: Type.Array(Sha256Schema, { maxItems: 5000 }) });
export const MissingReplySchema = Type.Object({ missing: Type.Array(Sha256Schema) });

/**
 * POST /agents/v1/blobs/pack, `application/vnd.sly.pack`: many small blobs in one body. For each:
 * 32 bytes SHA-256, 8 bytes length (big endian), the bytes. The platform verifies every hash, stores the
 * good ones durably before it answers, and names the bad ones.
 */
export const PACK_CONTENT_TYPE = 'application/vnd.sly.pack';
export const PackReplySchema = Type.Object({ stored: Type.Integer(), mismatched: Type.Array(Sha256Schema) });

/** GET /agents/v1/blobs/:sha256: its bytes; ranges are supported. */

/** POST /agents/v1/uploads: a large blob in parts. A known hash answers `done: true` at once. */
export const UploadRequestSchema = Type.Object({
  /** Absent while it is not known yet (archives are hashed as they are written). */
  sha256: Type.Optional(Sha256Schema),
  size: Type.Optional(Type.Integer({ minimum: 0 })),
  /** The caller's name for this upload; the same name finds the same unfinished upload again. */
  resumeKey: Type.String({ minLength: 1, maxLength: 200 }),
});
export const UploadReplySchema = Type.Object({
  uploadId: Type.String(),
  /** Bytes of every part but the last. */
  partSize: Type.Integer(),
  received: Type.Array(Type.Object({ part: Type.Integer(), crc32: Type.Integer(), size: Type.Integer() })),
  done: Type.Boolean(),
});
export type UploadReply = Static<typeof UploadReplySchema>;

/** PUT /agents/v1/uploads/:uploadId/parts/:part (from 0), raw body, header `x-part-crc32: <decimal>` */
export const PART_CRC_HEADER = 'x-part-crc32';

/** POST /agents/v1/uploads/:uploadId/complete; the platform checks size and hash before it answers 200. */
export const UploadCompleteSchema = Type.Object({ sha256: Sha256Schema, size: Type.Integer({ minimum: 0 }) });

/** POST /agents/v1/tasks/:key/publication: begin or find again the publication of an import. */
export const PublicationRequestSchema = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  /** Grows when the plugin is run again from the start; what an earlier run staged is dropped. */
  run: Type.Integer({ minimum: 1 }),
  projectName: Type.String({ minLength: 1 }),
  projectType: ProjectTypeSchema,
  appendToProjectId: Type.Optional(Type.Integer()),
  workspaceId: Type.Optional(Type.Integer()),
  conflict: ConflictPolicySchema,
});
export type PublicationRequest = Static<typeof PublicationRequestSchema>;
export const PublicationReplySchema = Type.Object({
  publicationId: Type.Integer(),
  projectId: Type.Integer(),
  projectName: Type.String(),
  /** Segment numbers that are already stored. */
  segments: Type.Array(Type.Integer()),
  committed: Type.Boolean(),
});
export type PublicationReply = Static<typeof PublicationReplySchema>;

/** Lines of PUT /agents/v1/publications/:id/segments/:number (`application/x-ndjson`). Blobs must be there before. */
export const PublishItemSchema = Type.Object({
  dataset: Type.String({ minLength: 1 }),
  name: Type.String({ minLength: 1 }),
  sha256: Type.Optional(Sha256Schema),
  size: Type.Optional(Type.Integer()),
  link: Type.Optional(Type.String()),
  mime: Type.Optional(Type.String()),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
  /** Of an image all of it; of other items `description`, `tags` and `objects`. */
  ann: Type.Optional(Type.Unknown()),
  meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** What `figures` lines of this publication call the item. */
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  /** Pictures beside a point cloud. */
  related: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ minLength: 1, maxLength: 255 }),
        sha256: Sha256Schema,
        meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      }),
      { maxItems: 1000 },
    ),
  ),
});
export type PublishItem = Static<typeof PublishItemSchema>;

/**
 * Figures of an item that a line before has told, in this segment or an earlier one; those of an item that was
 * not stored are left out with it, without a note. `sha256`: bytes of the geometry.
 */
export const PublishFiguresSchema = Type.Object({
  kind: Type.Literal('figures'),
  of: Type.String(),
  related: Type.Optional(Type.String()),
  figures: Type.Array(
    Type.Intersect([
      Type.Omit(SegmentFigureSchema, ['file']),
      Type.Object({ sha256: Type.Optional(Sha256Schema) }),
    ]),
    { maxItems: 10_000 },
  ),
});
export type PublishFigures = Static<typeof PublishFiguresSchema>;

/** Tags and objects of a dataset that is an episode. */
export const PublishEpisodeSchema = SegmentEpisodeSchema;
export type PublishEpisode = Static<typeof PublishEpisodeSchema>;

/** A line without `kind` is an item. */
export type PublishLine = PublishItem | PublishFigures | PublishEpisode;
export const SegmentReplySchema = Type.Object({
  stored: Type.Integer(),
  /** Lines that were not stored or stored otherwise than asked, by their number (from 0). */
  notes: Type.Array(
    Type.Object({
      line: Type.Integer(),
      outcome: Type.Enum(['renamed', 'skipped', 'failed']),
      message: Type.String(),
    }),
  ),
});
export type SegmentReply = Static<typeof SegmentReplySchema>;

/** POST /agents/v1/publications/:id/commit: makes the items visible, all at once. */
export const CommitRequestSchema = Type.Object({
  /** Supervisely meta.json of what was published. */
  meta: Type.Unknown(),
  segments: Type.Integer({ minimum: 0 }),
});
export const CommitReplySchema = Type.Object({
  projectId: Type.Integer(),
  projectName: Type.String(),
  items: Type.Integer(),
  link: Type.String(),
});
export type CommitReply = Static<typeof CommitReplySchema>;

/** DELETE /agents/v1/publications/:id: leave nothing behind. */

/** PUT /agents/v1/tasks/:key/attempts/:attempt/report (`application/x-ndjson`), one ReportLine a line. */
export const ReportUploadLineSchema = ReportLineSchema;

/** PUT /agents/v1/tasks/:key/attempts/:attempt/run: a RunRecord (run-record.ts). The last one counts. */

/** GET /agents/v1/projects?find=<id or exact name>: at most ten. */
export const FindProjectsReplySchema = Type.Object({
  projects: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
});

/** GET /agents/v1/projects/:id */
export const ExportProjectSchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  type: ProjectTypeSchema,
  meta: Type.Unknown(),
  datasets: Type.Array(Type.Object({ id: Type.Integer(), path: Type.String(), items: Type.Integer() })),
  items: Type.Integer(),
  bytes: Type.Integer(),
});
export type ExportProject = Static<typeof ExportProjectSchema>;

/** A line of GET /agents/v1/projects/:id/items?after=<item id>&limit=<n>&datasets=1,2 (`application/x-ndjson`, by id). */
export const ExportItemSchema = Type.Object({
  id: Type.Integer(),
  dataset: Type.String(),
  name: Type.String(),
  sha256: Type.Union([Sha256Schema, Type.Null()]),
  size: Type.Integer(),
  link: Type.Union([Type.String(), Type.Null()]),
  mime: Type.Union([Type.String(), Type.Null()]),
  width: Type.Union([Type.Integer(), Type.Null()]),
  height: Type.Union([Type.Integer(), Type.Null()]),
  /** Of an image; null for other items, whose annotation is a file of its own. */
  ann: Type.Unknown(),
  meta: Type.Unknown(),
  /** Pictures beside a point cloud. `figures` as its `.figures.json` file has them; absent without any. */
  related: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.Integer(),
        name: Type.String(),
        sha256: Sha256Schema,
        size: Type.Integer(),
        meta: Type.Record(Type.String(), Type.Unknown()),
        figures: Type.Optional(Type.Array(Type.Unknown())),
      }),
    ),
  ),
  /** Geometries that are files, by the key of their figure. */
  geometries: Type.Optional(
    Type.Array(
      Type.Object({
        key: Type.String(),
        geometryType: Type.String(),
        sha256: Sha256Schema,
        size: Type.Integer(),
      }),
    ),
  ),
});
export type ExportItem = Static<typeof ExportItemSchema>;

/**
 * GET /agents/v1/items/:id/annotation: of a video, a point cloud or a volume, as its file in Supervisely Format has
 * it, with keys and without the platform's ids; sent as it is read. GET /agents/v1/datasets/:id/annotation: of an
 * episode (`annotation.json`).
 */

/** POST /agents/v1/tasks/:key/archive: register a completed upload as the task's download. */
export const ArchiveRequestSchema = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  name: Type.String({ minLength: 1 }),
  sha256: Sha256Schema,
  size: Type.Integer({ minimum: 0 }),
  files: Type.Integer({ minimum: 0 }),
});
export type ArchiveRequest = Static<typeof ArchiveRequestSchema>;
export const ArchiveReplySchema = Type.Object({ archiveId: Type.Integer(), link: Type.String() });
export type ArchiveReply = Static<typeof ArchiveReplySchema>;

/**
 * POST /agents/v1/tasks/:key/token: a token of the public API for what runs in this attempt. It reaches the task's
 * project alone (without one, its team), ends with the attempt, at the latest after a day, and replaces the one before.
 */
export const TaskTokenRequestSchema = Type.Object({ attempt: Type.Integer({ minimum: 1 }) });
export const TaskTokenReplySchema = Type.Object({
  token: Type.String(),
  expiresAt: Type.String(),
  /** The task's number in the public API; absent from older platforms. */
  taskId: Type.Optional(Type.Integer()),
});
export type TaskTokenReply = Static<typeof TaskTokenReplySchema>;

/** PUT /agents/v1/support-bundles/:upload (`application/octet-stream`): questions.ts, `support.bundle`. */

/** POST /agents/v1/register: register.ts */
