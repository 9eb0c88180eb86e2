/** The pipeline's surroundings without journal, platform and network: a test leaves no trace and asks nobody. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isEntityType } from '../../../format/project-paths.ts';
import { SlyError } from '../../../lib/errors.ts';
import { sha256Of } from '../../../lib/hash.ts';
import type { ProjectType } from '../../../protocol/project-type.ts';
import type { AttemptRecord, TaskJournal } from '../../ports/journal.ts';
import type { PipelineDeps } from '../step-context.ts';
import { sampleEntities } from './sample-entities.ts';
import { sampleProject } from './sample-project.ts';

/** Longest time for a sample of a few files, and between two of its lines. */
const RUN_SECONDS = 60;

/** `archive`: where an export goes. `type`: of the project that is exported. */
export function localDeps(deps: PipelineDeps, archive: string, type: ProjectType): PipelineDeps {
  const sample = isEntityType(type) ? sampleEntities(type) : sampleProject();
  return {
    ...deps,
    journal: journalInMemory(),
    client: {
      putReport: async () => undefined,
      putRun: async () => undefined,
      exportProject: async () => sample.project,
      async *exportItems() {
        yield* sample.items;
      },
      registerArchive: async () => ({ archiveId: 1, link: '' }),
      beginPublication: refused,
      putSegment: refused,
      commit: refused,
      dropPublication: refused,
      findProjects: refused,
      exportAnnotation: (_of, target) => writeFile(target, JSON.stringify(sample.annotation)),
      taskToken: refused,
    },
    transfer: {
      sendFiles: refused,
      async sendStream(write, { signal }) {
        await pipeline(Readable.from(write(signal)), createWriteStream(archive), { signal });
        return { sha256: sha256Of(new Uint8Array()), size: 0 };
      },
      async fetchBlob(sha256, _size, target) {
        await writeFile(target, sample.bytes.get(sha256) ?? new Uint8Array());
      },
    },
    gateways: { open: refused },
    // What is behind a link is no matter of the plugin.
    links: { probe: async () => ({ mime: 'image/jpeg', extension: '.jpg', width: 64, height: 48 }) },
    policy: {
      ...deps.policy,
      wallSeconds: Math.min(deps.policy.wallSeconds, RUN_SECONDS),
      idleSeconds: Math.min(deps.policy.idleSeconds, RUN_SECONDS),
    },
    onProgress: () => undefined,
    onState: () => undefined,
    onHashed: () => undefined,
    onLog: () => undefined,
  };
}

async function refused(): Promise<never> {
  throw new SlyError('SLY_INTERNAL', { detail: 'a self-test publishes nothing' });
}

/** Facts go into the record that is given; nothing else is kept. */
function journalInMemory(): TaskJournal {
  const change = (ref: { key: string; attempt: number }, facts: Partial<AttemptRecord>): AttemptRecord => ({
    ...(ref as AttemptRecord),
    ...facts,
  });
  const none = (): never => {
    throw new SlyError('SLY_INTERNAL', { detail: 'a self-test is no task' });
  };
  return {
    note: change,
    move: (ref, { state }) => change(ref, { state }),
    createLocal: none,
    createOffered: none,
    abandon: none,
    get: () => undefined,
    active: () => [],
  };
}
