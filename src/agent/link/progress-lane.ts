/** Progress: only the latest of each attempt, at most once in `intervalMs`; may be lost. */
import type { Clock } from '../../lib/clock.ts';
import type { AgentMessage } from '../../protocol/link.ts';
import type { Progress } from '../../protocol/task.ts';
import { type Ref, refId } from './link-handlers.ts';

export interface ProgressLane {
  begin(): void;
  put(ref: Ref, progress: Progress): void;
  end(): void;
}

export interface ProgressLaneDeps {
  send(message: AgentMessage): void;
  clock: Clock;
  intervalMs: number;
}

interface Latest {
  ref: Ref;
  progress: Progress | undefined;
  sentAt: number;
}

export function createProgressLane({ send, clock, intervalMs }: ProgressLaneDeps): ProgressLane {
  const latest = new Map<string, Latest>();
  let isOn = false;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    const now = clock.now();
    let wait: number | undefined;
    for (const [id, one] of latest) {
      const left = one.sentAt + intervalMs - now;
      if (left <= 0 && one.progress === undefined) latest.delete(id);
      else if (left <= 0 && isOn && one.progress !== undefined) {
        send({ type: 'progress', key: one.ref.key, attempt: one.ref.attempt, progress: one.progress });
        one.progress = undefined;
        one.sentAt = now;
      }
      if (latest.has(id)) wait = Math.min(wait ?? intervalMs, Math.max(1, left > 0 ? left : intervalMs));
    }
    if (wait !== undefined && isOn) timer = setTimeout(flush, wait).unref();
  }

  return {
    begin() {
      isOn = true;
      flush();
    },
    put(ref, progress) {
      const one = latest.get(refId(ref)) ?? {
        ref: { key: ref.key, attempt: ref.attempt },
        progress,
        sentAt: 0,
      };
      one.progress = progress;
      latest.set(refId(ref), one);
      if (timer === undefined) flush();
    },
    end() {
      isOn = false;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
