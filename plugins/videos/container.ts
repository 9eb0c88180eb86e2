/** Which container a video file is, by its first bytes. */
export type Container = 'mp4' | 'mov' | 'webm' | 'mkv' | 'avi' | 'flv' | 'wmv' | 'mpeg' | 'mpegts' | 'ogg';

/** Enough for three packets of a transport stream. */
export const HEAD_BYTES = 600;

const TS_PACKET = 188;
const MIME: Readonly<Record<Container, string>> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  flv: 'video/x-flv',
  wmv: 'video/x-ms-wmv',
  mpeg: 'video/mpeg',
  mpegts: 'video/mp2t',
  ogg: 'video/ogg',
};

const NAMES = /\.(?:mp4|m4v|mov|3gp|webm|mkv|avi|flv|wmv|mpe?g|m2?ts|ogv|ogg)$/i;

/** By the ending of its name. */
export const isVideoName = (file: string): boolean => NAMES.test(file);

export const mimeOf = (container: Container): string => MIME[container];

/** Undefined when it is none of them. */
export function containerOf(head: Buffer): Container | undefined {
  const text = (from: number, to: number): string => head.toString('latin1', from, to);
  if (text(4, 8) === 'ftyp') {
    const brand = text(8, 12);
    // Pictures have the same box: HEIC and AVIF.
    if (/^(?:heic|heix|heim|heis|mif1|msf1|avif|avis)$/.test(brand)) return undefined;
    return brand === 'qt  ' ? 'mov' : 'mp4';
  }
  if (/^(?:moov|mdat|wide|free)$/.test(text(4, 8)) && head.readUInt32BE(0) >= 8) return 'mov';
  if (head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3) return head.includes('webm') ? 'webm' : 'mkv';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'AVI ') return 'avi';
  if (text(0, 3) === 'FLV') return 'flv';
  if (text(0, 4) === 'OggS') return 'ogg';
  if (head.length >= 4 && head.readUInt32BE(0) === 0x3026b275) return 'wmv';
  if (head.length >= 4 && (head.readUInt32BE(0) === 0x1ba || head.readUInt32BE(0) === 0x1b3)) return 'mpeg';
  const isPacket = (at: number): boolean => head[at * TS_PACKET] === 0x47;
  return head.length > 2 * TS_PACKET && isPacket(0) && isPacket(1) && isPacket(2) ? 'mpegts' : undefined;
}
