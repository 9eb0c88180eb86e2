/** What an upload asks the server besides sending to it. */
import { call } from '../api.ts';
import type { ServerFile } from './plan.ts';

const ASK_MS = 700;

/** What the server has of an upload. */
export async function filesOf(id: number, signal: AbortSignal): Promise<ServerFile[]> {
  const all: ServerFile[] = [];
  for (let after: string | null = null; ; ) {
    const page: { entities: ServerFile[]; next: string | null } = await call(
      'uploads.files.list',
      { id, after },
      signal,
    );
    all.push(...page.entities);
    if (page.next === null) return all;
    after = page.next;
  }
}

/** Until every file whose bytes have arrived is stored. */
export async function whenChecked(id: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { checking } = await call<{ checking: number }>('uploads.info', { id }, signal);
    if (checking === 0) return;
    await sleep(ASK_MS, signal);
  }
}

/** Rejects with the reason of the abort. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
