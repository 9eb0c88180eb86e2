/** What the plugin host's hidden action `probe` finds out about its own cage; null = it could not be read. */
export interface ProbeReport {
  uid: number | null;
  groups: number[] | null;
  /** Hexadecimal masks as in /proc/self/status. */
  capEff: string | null;
  capBnd: string | null;
  noNewPrivs: number | null;
  /** 0 off, 1 strict, 2 filter. */
  seccomp: number | null;
  /** Places outside results and /tmp in which a file could be made. */
  writable: string[];
  /** Files it has no business with that it could read, or sockets it could see. */
  exposed: string[];
  interfaces: string[] | null;
  /** Entries of /dev beyond the basic set. */
  devices: string[] | null;
  /** Processes it can see. */
  processes: number | null;
  /** Control group limits in bytes and processes; null when not visible, Infinity travels as -1. */
  memoryMax: number | null;
  swapMax: number | null;
  pidsMax: number | null;
  /** Hard limits of /proc/self/limits; -1 = unlimited. */
  fileBytes: number | null;
  coreBytes: number | null;
  /** It could start another program. */
  spawns: boolean;
}
