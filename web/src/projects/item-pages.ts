/**
 * A long list of the API that is looked at in places: chunks are asked for as they come into view, the next one by
 * the token of the one before (no counting on the server), a far one by its page number. Chunks that went out of
 * view are given up while they load, and forgotten when there are too many.
 */
export interface PageRequest {
  per_page: number;
  page?: number;
  pagination_mode?: 'token';
  after?: string;
}

export interface PageReply<T> {
  total: number;
  entities: T[];
}

export interface ItemPages<T> {
  /** Undefined before the first reply. */
  total(): number | undefined;
  get(index: number): T | undefined;
  /** Says what is in view, `to` exclusive. */
  want(from: number, to: number): void;
  close(): void;
}

export interface ItemPagesOptions<T> {
  fetchPage(request: PageRequest, signal: AbortSignal): Promise<PageReply<T>>;
  changed(): void;
  failed(error: Error): void;
  perPage?: number;
  /** Chunks that are kept. */
  most?: number;
}

const PER_PAGE = 100;
const MOST = 60;

export function createItemPages<T extends { id: number }>(options: ItemPagesOptions<T>): ItemPages<T> {
  const { fetchPage, changed, failed, perPage = PER_PAGE, most = MOST } = options;
  /** Least recently wanted first. */
  const chunks = new Map<number, T[]>();
  const loading = new Map<number, AbortController>();
  let total: number | undefined;
  let closed = false;

  function requestOf(chunk: number): PageRequest {
    const before = chunks.get(chunk - 1)?.at(-1);
    if (chunk === 0) return { per_page: perPage, pagination_mode: 'token' };
    return before === undefined
      ? { per_page: perPage, page: chunk + 1 }
      : { per_page: perPage, pagination_mode: 'token', after: String(before.id) };
  }

  async function load(chunk: number): Promise<void> {
    const controller = new AbortController();
    loading.set(chunk, controller);
    try {
      const reply = await fetchPage(requestOf(chunk), controller.signal);
      if (controller.signal.aborted) return;
      total = reply.total;
      chunks.set(chunk, reply.entities);
      for (const oldest of chunks.keys()) {
        if (chunks.size <= most) break;
        chunks.delete(oldest);
      }
      changed();
    } catch (error) {
      if (!controller.signal.aborted) failed(error instanceof Error ? error : new Error(String(error)));
    } finally {
      if (loading.get(chunk) === controller) loading.delete(chunk);
    }
  }

  return {
    total: () => total,
    get: (index) => chunks.get(Math.floor(index / perPage))?.[index % perPage],
    want(from, to) {
      if (closed) return;
      const [first, last] = [Math.floor(from / perPage), Math.floor(Math.max(from, to - 1) / perPage)];
      for (const [chunk, controller] of loading) {
        if (chunk >= first && chunk <= last) continue;
        controller.abort();
        loading.delete(chunk);
      }
      for (let chunk = first; chunk <= last; chunk++) {
        const there = chunks.get(chunk);
        if (there !== undefined) {
          chunks.delete(chunk);
          chunks.set(chunk, there);
        } else if (!loading.has(chunk)) void load(chunk);
      }
    },
    close() {
      closed = true;
      for (const controller of loading.values()) controller.abort();
      loading.clear();
    },
  };
}
