/** Which images at a real engine are this agent's own, and that a clean-up takes no other. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createEngine } from '../../src/agent/runner/docker/engine.ts';
import {
  createOwnImages,
  createPulledImages,
  IMAGE_LABEL,
} from '../../src/agent/runner/docker/own-images.ts';
import { BASE_IMAGE, DOCKER_SOCKET, describeDocker, docker } from '../support/docker.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NAME = `sly-own-images-${process.pid}`;
/** Ids of all that a test made. */
const made = new Set<string>();

/** A tiny image; each differs from every other by its own file. */
function build(options: { from?: string; lines?: readonly string[]; tag: string }): string {
  const { from = BASE_IMAGE, lines = [], tag } = options;
  const context = tempFolder('context');
  writeFileSync(path.join(context, 'mark'), `${NAME} ${made.size}`);
  const body = lines.length === 0 ? ['COPY mark /mark'] : lines;
  writeFileSync(path.join(context, 'Dockerfile'), [`FROM ${from}`, ...body, ''].join('\n'));
  docker('build', '--quiet', '--network', 'none', '--tag', tag, context);
  const id = docker('image', 'inspect', '--format', '{{.Id}}', tag);
  made.add(id);
  return id;
}

const OURS = [
  'LABEL org.opencontainers.image.title="sly-agent plugins"',
  'COPY mark /opt/mark',
  `LABEL ${IMAGE_LABEL}=plugins`,
];
const stepsOf = (id: string): string[] =>
  docker('history', '--quiet', '--no-trunc', id)
    .split('\n')
    .filter((step) => step.startsWith('sha256:'));
const isThere = (id: string): boolean => docker('images', '--all', '--quiet', '--no-trunc').includes(id);

function open() {
  const file = path.join(tempFolder('pulled'), 'pulled.json');
  const engine = createEngine(DOCKER_SOCKET);
  const pulled = createPulledImages(file);
  return { file, pulled, images: createOwnImages(engine, pulled) };
}

describeDocker('images of plugins', () => {
  afterEach(() => {
    // What was built on top goes first.
    for (const id of [...made].reverse()) if (isThere(id)) docker('rmi', '--force', id);
    made.clear();
  });

  test('an older build that lost its name is ours; one with a name, and what is built on top of ours, are not', async () => {
    const tag = `${NAME}:now`;
    const old = build({ lines: OURS, tag });
    const current = build({ lines: OURS, tag });
    const derivedTag = `${NAME}:derived`;
    const derived = build({ from: tag, tag: derivedTag });
    const derivedAgain = build({ from: tag, tag: derivedTag });
    const { images } = open();
    const found = (await images.list([tag])).filter(({ id }) => made.has(id));
    expect(found.map(({ id, usedBy }) => [id, usedBy]).sort()).toEqual(
      [
        [old, undefined],
        [current, 'a plugin that is there'],
      ].sort(),
    );
    expect(found.find(({ id }) => id === old)?.bytes).toBeGreaterThan(1_000_000);
    const base = docker('image', 'inspect', '--format', '{{.Id}}', BASE_IMAGE);
    const steps = stepsOf(old).filter((id) => id !== base && !stepsOf(current).includes(id));
    expect(await images.remove(old)).toBeUndefined();
    expect(steps.filter(isThere)).toEqual([]);
    expect([base, ...stepsOf(current), ...stepsOf(derived)].every(isThere)).toBe(true);
    expect([old, current, derived, derivedAgain].map(isThere)).toEqual([false, true, true, true]);
    expect(await images.remove(old)).toBeUndefined();
  });

  test('what was pulled is known by its id, also by the next process; with another name or a container it stays', async () => {
    const tag = `${NAME}:pulled`;
    const id = build({ tag });
    const first = open();
    expect((await first.images.list([])).filter((one) => one.id === id)).toEqual([]);
    first.pulled.note(id, tag);
    const next = createOwnImages(createEngine(DOCKER_SOCKET), createPulledImages(first.file));
    const usedBy = async () => (await next.list([])).find((one) => one.id === id)?.usedBy;
    expect(await usedBy()).toBeUndefined();
    docker('tag', id, `${NAME}:of-somebody`);
    expect(await usedBy()).toBe(`somebody who calls it ${NAME}:of-somebody`);
    docker('rmi', '--no-prune', `${NAME}:of-somebody`);
    const container = docker('create', tag, 'true');
    expect(await usedBy()).toBe('a container');
    // Whoever asks all the same is told no.
    expect(await next.remove(id)).toContain('container');
    docker('rm', container);
    expect(await next.remove(id)).toBeUndefined();
    expect(isThere(id)).toBe(false);
  });

  test('a list of pulled images that cannot be read names none', async () => {
    const { file, pulled } = open();
    pulled.note('sha256:1', 'a');
    writeFileSync(file, '{"sha256:1":');
    expect(createPulledImages(file).all().size).toBe(0);
  });
});
