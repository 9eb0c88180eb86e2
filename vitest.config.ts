import { spawnSync } from 'node:child_process';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests whose sources or answers come from the system's Python with its picture libraries. */
const WITH_PYTHON = [
  'bdd100k/test/bdd100k',
  'coco-text/test/coco-text',
  'csv-boxes/test/export',
  'cvat/test/export',
  'icdar/test/icdar',
  'kitti/test/kitti',
  'label-studio/test/brush-rle',
  'label-studio/test/export',
  'labelme/test/export',
  'open-images/test/export',
  'supervisely/test/sub-forms',
  'tfrecord/test/import',
  'tfrecord/test/export',
  'wider-face/test/wider-face',
  'yolo/test/export',
].map((name) => `plugins/${name}.test.ts`);

/** Looks for them without loading them, which takes seconds. */
const ALL_THERE = `from importlib.util import find_spec
raise SystemExit(not all(map(find_spec, ('numpy', 'PIL', 'cv2', 'yaml'))))`;

function withoutPython(): string[] {
  if (spawnSync('/usr/bin/python3', ['-c', ALL_THERE]).status === 0) return [];
  process.stderr.write(
    `SKIPPED: ${WITH_PYTHON.join(', ')} need /usr/bin/python3 with numpy, PIL, cv2 and yaml (apt-get install python3-numpy python3-pil python3-opencv python3-yaml)\n`,
  );
  return WITH_PYTHON;
}

/** What takes a minute and more is begun first: last, it would keep one core busy and the others waiting. */
const LONG = /\/(?:e2e\/(?:crash|remote|page)|coco\/test\/(?:fuzz|memory)|cvat\/test\/fuzz)\.test\.ts$/;

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// One project a kind of test, so that each can be run and counted alone.
// Docker files run one at a time: they look at all containers of the engine.
export default defineConfig({
  test: {
    pool: 'forks',
    // Vitest itself leaves one core to the programs beside it, which of two is half.
    maxWorkers: '100%',
    sequence: { sequencer: LongFilesFirst },
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Loading the sources again for each file takes as long as the tests; none of these leaves anything behind.
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'plugins',
          include: ['plugins/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...withoutPython()],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          // Real sockets, processes and clocks on a machine of unknown load: one more try, which the reporter shows.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          retry: 1,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          retry: 1,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Mostly waiting, each for a daemon of its own.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
