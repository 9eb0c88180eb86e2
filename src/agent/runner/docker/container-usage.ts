/** One answer of the engine's `stats` -> what a container uses. Pure. */
import type { UsagePoint } from '../../ports/runner.ts';

/** Of the engine's answer what is read here; on a kernel without a controller its part is empty. */
export interface ContainerStats {
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
  memory_stats?: { usage?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
  blkio_stats?: { io_service_bytes_recursive?: { op?: string; value?: number }[] | null };
  networks?: Record<string, { rx_bytes?: number; tx_bytes?: number }>;
}

/** Undefined for a container that runs no more: all of it is 0 then. */
export function usageOf(stats: ContainerStats): UsagePoint | undefined {
  const { usage, stats: parts = {} } = stats.memory_stats ?? {};
  const cpu = stats.cpu_stats?.cpu_usage?.total_usage;
  if (usage === undefined && (cpu ?? 0) === 0) return undefined;
  // As `docker stats` does: cache the kernel would give back at once is not in use.
  const cache = parts.total_inactive_file ?? parts.inactive_file ?? 0;
  const io = stats.blkio_stats?.io_service_bytes_recursive;
  const networks = stats.networks === undefined ? undefined : Object.values(stats.networks);
  return {
    ...(usage !== undefined && { memoryBytes: cache < usage ? usage - cache : usage }),
    ...(cpu !== undefined && { cpuMs: Math.round(cpu / 1e6) }),
    ...(io != null && { readBytes: sumOf(io, 'read'), writtenBytes: sumOf(io, 'write') }),
    ...(networks !== undefined && {
      receivedBytes: networks.reduce((sum, one) => sum + (one.rx_bytes ?? 0), 0),
      sentBytes: networks.reduce((sum, one) => sum + (one.tx_bytes ?? 0), 0),
    }),
  };
}

function sumOf(io: readonly { op?: string; value?: number }[], op: string): number {
  return io.reduce((sum, one) => sum + (one.op?.toLowerCase() === op ? (one.value ?? 0) : 0), 0);
}
