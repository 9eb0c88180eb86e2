/**
 * Gives the memory of an array back at once, where waiting for the garbage collector would mean that what is needed
 * next is taken beside it: the collector looks at the heap of objects, which such arrays hardly touch. The array is
 * empty afterwards. Not for pieces of a larger buffer (`Buffer.from`, `Buffer.allocUnsafe`).
 */
export function freeBuffer({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffer.transfer(0);
}
