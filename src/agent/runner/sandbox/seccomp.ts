/**
 * The system calls a plugin of ours has no use for and that exploits like: namespaces, mounts, modules, tracing, BPF,
 * io_uring. An engine's default filter is a list of what is allowed; this is the short list of what is not, which
 * no new Node version breaks. Answers EPERM; `clone3` answers ENOSYS, since a filter cannot see its flags and the C
 * library then falls back to `clone`.
 *
 * The program is classic BPF over `struct seccomp_data`: number at 0, architecture at 4, first argument at 16.
 */
export type Architecture = 'x64' | 'arm64';

/** [x64, arm64]; the newer ones have one number everywhere. */
const DENIED: Readonly<Record<string, readonly [number, number]>> = {
  acct: [163, 89],
  add_key: [248, 217],
  adjtimex: [159, 171],
  bpf: [321, 280],
  chroot: [161, 51],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  reboot: [169, 142],
  request_key: [249, 218],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  userfaultfd: [323, 282],
};
const CLONE: readonly [number, number] = [56, 220];
const CLONE3 = 435;
/** Every CLONE_NEW* flag of `clone`. */
const NEW_NAMESPACES = 0x7e020000;
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** Numbers from here on are x64's other calling convention, which could get around the list. */
const X32 = 0x40000000;

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

/** Undefined for a processor whose numbers are not known here. */
export function seccompFilter(architecture: string): Buffer | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined;
  const column = architecture === 'x64' ? 0 : 1;
  const deny = (call: number, answer: number): Instruction[] => [
    [JUMP_EQUAL, 0, 1, call],
    [RETURN, 0, 0, answer],
  ];
  return assemble([
    [LOAD, 0, 0, 4],
    [JUMP_EQUAL, 1, 0, AUDIT_ARCH[architecture]],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, 0],
    [JUMP_AT_LEAST, 0, 1, X32],
    [RETURN, 0, 0, EPERM],
    ...Object.values(DENIED).flatMap((numbers) => deny(numbers[column], EPERM)),
    ...deny(CLONE3, ENOSYS),
    [JUMP_EQUAL, 0, 3, CLONE[column]],
    [LOAD, 0, 0, 16],
    [JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
  ]);
}

/** `struct sock_filter`: 16, 8, 8 and 32 bits, in the byte order of the machine: little on both. */
function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, whenTrue, whenFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(whenTrue, index * 8 + 2);
    bytes.writeUInt8(whenFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}
