import type { Verdict } from '../../src/plugin-kit/plugin.ts';

export const no = (because: string): Verdict => ({ confidence: 0, because });

export const count = (n: number, word: string): string => (n === 1 ? `is 1 ${word}` : `are ${n} ${word}s`);
