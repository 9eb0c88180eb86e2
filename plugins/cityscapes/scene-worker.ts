/** Thread that draws scenes. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { buffersOf, drawScene } from './scene.ts';

serve(import.meta.url, drawScene, buffersOf);
