/**
 * Gives the memory of bytes nobody needs any more back at once. What sockets and files give in megabytes a second is
 * outside the heap: left to the collector it makes it mark the whole heap again and again.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // A part of something larger is not ours alone.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}
