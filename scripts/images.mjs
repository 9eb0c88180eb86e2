#!/usr/bin/env node
/** Makes the image the built-in plugins run in, when it is not there or stale: `npm run images`. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineAnswers, SOCKET } from './docker/engine.mjs';
import { ensureImages } from './docker/ensure-images.mjs';

if (!(await engineAnswers())) {
  process.stderr.write(`no Docker engine answers at ${SOCKET}: start one, or be allowed to use it\n`);
  process.exit(1);
}
await ensureImages(dirname(dirname(fileURLToPath(import.meta.url))));
