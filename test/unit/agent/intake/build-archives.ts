/** Archives written byte by byte, because no honest tool makes the ones that matter here. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string | Buffer;
  data?: Buffer | string;
  /** What the headers claim instead of the truth. */
  claim?: { size?: number; crc?: number; method?: number; localName?: string };
  deflate?: boolean;
  /** Unix mode with type bits, for example 0o120777. */
  mode?: number;
  flags?: number;
  zip64?: boolean;
  /** Use the data of an earlier entry again: index. */
  overlaps?: number;
}

export function buildZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = Buffer.from(entry.data ?? '');
    const packed = entry.deflate === true ? deflateRawSync(data) : data;
    const method = entry.claim?.method ?? (entry.deflate === true ? 8 : 0);
    const crc = entry.claim?.crc ?? crc32(data);
    const size = entry.claim?.size ?? data.length;
    const flags = entry.flags ?? 0x800;
    const localName = Buffer.from(entry.claim?.localName ?? name);
    const offset = entry.overlaps === undefined ? at : (offsets[entry.overlaps] ?? 0);
    offsets.push(offset);
    if (entry.overlaps === undefined) {
      const local = Buffer.alloc(30);
      local.writeUInt32LE(0x04034b50, 0);
      local.writeUInt16LE(20, 4);
      local.writeUInt16LE(flags, 6);
      local.writeUInt16LE(method, 8);
      local.writeUInt32LE(crc, 14);
      local.writeUInt32LE(packed.length, 18);
      local.writeUInt32LE(Math.min(size, 0xffffffff), 22);
      local.writeUInt16LE(localName.length, 26);
      parts.push(local, localName, packed);
      at += 30 + localName.length + packed.length;
    }
    let extra = Buffer.alloc(0);
    if (entry.zip64 === true) {
      extra = Buffer.alloc(28);
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
      extra.writeBigUInt64LE(BigInt(offset), 20);
    }
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE((3 << 8) | 20, 4);
    head.writeUInt16LE(20, 6);
    head.writeUInt16LE(flags, 8);
    head.writeUInt16LE(method, 10);
    head.writeUInt32LE(crc, 16);
    head.writeUInt32LE(entry.zip64 === true ? 0xffffffff : packed.length, 20);
    head.writeUInt32LE(entry.zip64 === true ? 0xffffffff : size, 24);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt16LE(extra.length, 30);
    head.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    head.writeUInt32LE(entry.zip64 === true ? 0xffffffff : offset, 42);
    central.push(head, name, extra);
  }
  const directory = Buffer.concat(central);
  const tail: Buffer[] = [];
  const isZip64 = entries.some((entry) => entry.zip64 === true);
  if (isZip64) {
    const end = Buffer.alloc(56);
    end.writeUInt32LE(0x06064b50, 0);
    end.writeBigUInt64LE(44n, 4);
    end.writeUInt16LE(45, 12);
    end.writeUInt16LE(45, 14);
    end.writeBigUInt64LE(BigInt(entries.length), 24);
    end.writeBigUInt64LE(BigInt(entries.length), 32);
    end.writeBigUInt64LE(BigInt(directory.length), 40);
    end.writeBigUInt64LE(BigInt(at), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(at + directory.length), 8);
    locator.writeUInt32LE(1, 16);
    tail.push(end, locator);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(isZip64 ? 0xffff : entries.length, 8);
  end.writeUInt16LE(isZip64 ? 0xffff : entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(isZip64 ? 0xffffffff : at, 16);
  return Buffer.concat([...parts, directory, ...tail, end]);
}

export interface TarEntry {
  name: string | Buffer;
  data?: Buffer | string;
  /** '0' file, '1' hard link, '2' symlink, '3' character device, '5' folder, '6' fifo, 'x' pax header, 'S' sparse. */
  type?: string;
  link?: string;
  /** What the header claims instead of the truth. */
  size?: number;
}

export function buildTar(entries: readonly TarEntry[], options: { end?: boolean } = {}): Buffer {
  const parts = entries.flatMap((entry) => {
    const data = Buffer.from(entry.data ?? '');
    const header = Buffer.alloc(512);
    Buffer.from(entry.name).copy(header, 0, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(entry.size ?? data.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('14000000000\0', 136);
    header.write('        ', 148);
    header.write(entry.type ?? '0', 156);
    header.write(entry.link ?? '', 157);
    header.write('ustar\0', 257);
    header.write('00', 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  if (options.end !== false) parts.push(Buffer.alloc(1024));
  return Buffer.concat(parts);
}

/** A pax record: its own length counts. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}
