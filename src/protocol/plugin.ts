/** The plugin contract: manifest, what a plugin is given, what it may write. Mirrors docs/guides/write-a-plugin.md. */
import { type Static, Type } from 'typebox';
import { PROJECT_TYPES } from './project-type.ts';

export const PLUGIN_ACTIONS = ['detect', 'import', 'export'] as const;
export type PluginAction = (typeof PLUGIN_ACTIONS)[number];

export const ManifestSchema = Type.Object(
  {
    /** Lower case, digits and dashes; also the folder's name. */
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,40}$' }),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+' }),
    title: Type.String(),
    description: Type.String(),
    /** Image reference; absent = the image the built-in plugins share. */
    image: Type.Optional(Type.String()),
    /** Command inside the image; absent = the built-in host (`detect|import|export <name>`). */
    command: Type.Optional(Type.Array(Type.String())),
    actions: Type.Array(Type.Enum([...PLUGIN_ACTIONS]), { minItems: 1 }),
    modalities: Type.Array(Type.Enum([...PROJECT_TYPES]), { minItems: 1 }),
    /** JSON Schema (an object schema with defaults) of the options, by action. */
    options: Type.Optional(
      Type.Object({
        import: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        export: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      }),
    ),
    resources: Type.Optional(
      Type.Object({
        memoryMb: Type.Optional(Type.Integer({ minimum: 64 })),
        cpus: Type.Optional(Type.Number({ minimum: 0.1 })),
        pids: Type.Optional(Type.Integer({ minimum: 1 })),
        gpu: Type.Optional(Type.Boolean()),
      }),
    ),
    network: Type.Optional(Type.Enum(['none', 'platform'])),
    limits: Type.Optional(
      Type.Object({
        wallSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
        idleSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
        outputMb: Type.Optional(Type.Integer({ minimum: 1 })),
      }),
    ),
    /** What its files are known by, in a few words, for the table of formats. */
    detectedBy: Type.Optional(Type.String()),
    /** Features the target format cannot carry; shown before an export and checked by tests. */
    losses: Type.Optional(Type.Array(Type.String())),
    /** False: it neither reads nor writes labels; options about labels are not offered then. */
    labels: Type.Optional(Type.Boolean()),
    /** Not offered to anybody: a plugin for tests. */
    hidden: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type Manifest = Static<typeof ManifestSchema>;

/** `/sly_task_data/task_config.json`; also written as `task_settings.json` for old images. */
export const TaskConfigSchema = Type.Object({
  action: Type.Enum([...PLUGIN_ACTIONS]),
  task_id: Type.Union([Type.Integer(), Type.String()]),
  res_names: Type.Object({ project: Type.String() }),
  options: Type.Record(Type.String(), Type.Unknown()),
  append_to_existing_project: Type.Boolean(),
});
export type TaskConfig = Static<typeof TaskConfigSchema>;

/**
 * One line of `results/segments/NNNNNN.ndjson`.
 * `file` is a path below the task folder: `data/...` (streamed from the original, not copied) or `results/...`.
 */
export const SegmentItemSchema = Type.Object({
  kind: Type.Literal('item'),
  /** Dataset path, parts joined by `/`. */
  dataset: Type.String({ minLength: 1 }),
  /** Item name with extension. */
  name: Type.String({ minLength: 1, maxLength: 255 }),
  file: Type.Optional(Type.String()),
  /** Byte range of `file` when the item is inside a larger one (blob tar). */
  range: Type.Optional(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })])),
  /** Instead of `file`: the item stays where it is and only this URL is stored. */
  link: Type.Optional(Type.String()),
  /**
   * With `link`: the agent looks at the picture behind it (type, size) before it publishes the item; what cannot be
   * read is reported for this place and not published. `file` is the list the link came from, `data/...`.
   */
  probe: Type.Optional(Type.Object({ file: Type.String(), place: Type.Optional(Type.String()) })),
  mime: Type.Optional(Type.String()),
  /** Pixels, after decoding, before EXIF orientation. */
  width: Type.Optional(Type.Integer({ minimum: 0 })),
  height: Type.Optional(Type.Integer({ minimum: 0 })),
  /**
   * Supervisely annotation of the item, inline: of an image all of it; of other items its `description`, `tags` and
   * `objects`, whose figures come in lines of their own.
   */
  ann: Type.Optional(Type.Unknown()),
  /** What later lines call this item; one import has each key once. Needed for figures. */
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  /** Pictures beside a point cloud. `meta`: deviceId, sensorsData and what else stands in its JSON file. */
  related: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ minLength: 1, maxLength: 255 }),
        file: Type.String(),
        meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      }),
      { maxItems: 1000 },
    ),
  ),
  /** Free-form metadata object of the item. */
  meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type SegmentItem = Static<typeof SegmentItemSchema>;

/**
 * What is drawn of an object, in the words of the Supervisely Format; further keys are kept as they are. Where
 * its geometry is a file (voxels of `mask_3d` as NRRD, `closed_surface_mesh` as STL) `file` names it.
 */
export const SegmentFigureSchema = Type.Object({
  /** Of the figure itself; made where it is absent. */
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  /** One of the objects of the item, or of its episode. */
  objectKey: Type.String({ minLength: 1, maxLength: 100 }),
  geometryType: Type.String({ minLength: 1, maxLength: 100 }),
  geometry: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  file: Type.Optional(Type.String()),
  /** Of a video its frame, of a volume its slice, both from 0; absent in space. */
  frame: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Of a slice. */
  plane: Type.Optional(Type.Enum(['sagittal', 'coronal', 'axial'])),
});
export type SegmentFigure = Static<typeof SegmentFigureSchema>;

/**
 * Figures of an item that an earlier line (of this segment or one before) has told. An item may have any number
 * of such lines, so that a video of a million figures needs no line of its size.
 */
export const SegmentFiguresSchema = Type.Object({
  kind: Type.Literal('figures'),
  /** Key of the item. */
  of: Type.String(),
  /** Name of the picture beside it that these are drawn on. */
  related: Type.Optional(Type.String()),
  figures: Type.Array(SegmentFigureSchema, { maxItems: 10_000 }),
});

/** Tags and objects of a whole dataset whose point clouds are the frames of an episode; before the figures of them. */
export const SegmentEpisodeSchema = Type.Object({
  kind: Type.Literal('episode'),
  dataset: Type.String({ minLength: 1 }),
  /** `description`, `tags`, `objects`. */
  ann: Type.Record(Type.String(), Type.Unknown()),
});

/** A source file that was read but is no item (annotations, class lists): it counts as ok. */
export const SegmentUsedSchema = Type.Object({
  kind: Type.Literal('used'),
  file: Type.String(),
  as: Type.String(),
});

/** What happened to a file or to a part of it. `failed`/`skipped` count the file, `warning` does not. */
export const SegmentReportSchema = Type.Object({
  kind: Type.Literal('report'),
  status: Type.Enum(['skipped', 'failed', 'warning']),
  /** `data/...` path, or absent. */
  file: Type.Optional(Type.String()),
  place: Type.Optional(Type.String()),
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});

/** Export: an archive entry that is taken from `data/` or `results/` without a copy. */
export const SegmentEntrySchema = Type.Object({
  kind: Type.Literal('entry'),
  /** Path inside the archive. */
  path: Type.String({ minLength: 1 }),
  file: Type.String(),
  /** Only these bytes of `file`, `[start, end)`: many small entries can share one file. */
  range: Type.Optional(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })])),
});

/** Export: an item of the project that was written (for the counts). */
export const SegmentWrittenSchema = Type.Object({
  kind: Type.Literal('written'),
  dataset: Type.String(),
  name: Type.String(),
});

export const SegmentLineSchema = Type.Union([
  SegmentItemSchema,
  SegmentFiguresSchema,
  SegmentEpisodeSchema,
  SegmentUsedSchema,
  SegmentReportSchema,
  SegmentEntrySchema,
  SegmentWrittenSchema,
]);
export type SegmentLine = Static<typeof SegmentLineSchema>;

/** `results/detection.json`: what the detect action says, one entry a plugin, best first. */
export const DetectionSchema = Type.Object({
  candidates: Type.Array(
    Type.Object({
      plugin: Type.String(),
      /** 0 = no, 1 = certain. */
      confidence: Type.Number({ minimum: 0, maximum: 1 }),
      /** Why, in one sentence a person understands. */
      because: Type.String(),
      /** Options the detection suggests. */
      options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
  rejected: Type.Array(Type.Object({ plugin: Type.String(), because: Type.String() })),
});
export type Detection = Static<typeof DetectionSchema>;

/** A JSON line on stdout. Anything that does not fit is a plain log line. */
export const PluginLogSchema = Type.Object({
  message: Type.String(),
  level: Type.Optional(Type.String()),
  event_type: Type.Optional(Type.String()),
  subtask: Type.Optional(Type.String()),
  current: Type.Optional(Type.Number()),
  total: Type.Optional(Type.Number()),
});
export type PluginLog = Static<typeof PluginLogSchema>;
