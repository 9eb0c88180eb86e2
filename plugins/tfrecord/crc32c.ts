/** CRC-32C (Castagnoli) with the mask TFRecord puts over it, so that a checksum of checksums is not trivial. */
import { createCRC32 } from 'hash-wasm';

export interface Crc32c {
  start(): void;
  add(bytes: Uint8Array): void;
  /** The masked checksum of what was added since `start`, as an unsigned number. */
  masked(): number;
}

/** The polynomial with its bits reversed. */
const CASTAGNOLI = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

export async function createCrc32c(): Promise<Crc32c> {
  const hash = await createCRC32(CASTAGNOLI);
  return {
    start: () => void hash.init(),
    add: (bytes) => void hash.update(bytes),
    masked() {
      const [a = 0, b = 0, c = 0, d = 0] = hash.digest('binary');
      const crc = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
    },
  };
}

export function maskedCrc(crc: Crc32c, bytes: Uint8Array): number {
  crc.start();
  crc.add(bytes);
  return crc.masked();
}
