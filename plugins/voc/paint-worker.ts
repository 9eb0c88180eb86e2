import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { type PaintedMasks, type PaintJob, paintMasks } from './paint-masks.ts';

serve<PaintJob, PaintedMasks>(import.meta.url, paintMasks);
