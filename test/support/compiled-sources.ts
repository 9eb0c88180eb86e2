import path from 'node:path';
import { packageRoot } from '../../src/lib/version.ts';

/**
 * Where Node keeps compiled sources for the next process (NODE_COMPILE_CACHE): one that runs from sources then starts
 * in a third of the time. It is written when a process ends by itself.
 */
export const COMPILED_SOURCES = path.join(packageRoot(), 'node_modules', '.cache', 'compiled-sources');
