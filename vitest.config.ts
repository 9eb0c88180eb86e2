import { spawnSync } from 'node:child_process';
import { configDefaults, defineConfig } from 'vitest/config';

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

function withoutPython(): string[] {
  if (spawnSync('/usr/bin/python3', ['-c', 'import numpy, PIL, cv2, yaml']).status === 0) return [];
  process.stderr.write(
    `SKIPPED: ${WITH_PYTHON.join(', ')} need /usr/bin/python3 with numpy, PIL, cv2 and yaml (apt-get install python3-numpy python3-pil python3-opencv python3-yaml)\n`,
  );
  return WITH_PYTHON;
}

// One project a kind of test, so that each can be run and counted alone.
// Docker and e2e files run one at a time: they share one engine and two cores.
export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'plugins/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...withoutPython()],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          // Real sockets, processes and clocks on a machine of unknown load: one more try, which the reporter shows.
          retry: 1,
          testTimeout: 60_000,
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
          fileParallelism: false,
        },
      },
    ],
  },
});
