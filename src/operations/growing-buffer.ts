type GrowingBuffer = {
  /** The memory it uses, in bytes. */
  readonly capacity: number;
  readonly length: number;
  add(bytes: Uint8Array): void;
  /** Everything added so far; valid until the next addition. */
  bytes(): Buffer;
};

/** Joins incoming pieces. For pieces of one byte, a list of them would take a hundred times as much memory. */
export function createGrowingBuffer(): GrowingBuffer {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    get capacity() {
      return buffer.length;
    },
    get length() {
      return length;
    },
    add(bytes) {
      const needed = length + bytes.length;
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, 2 * buffer.length));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      buffer.set(bytes, length);
      length = needed;
    },
    bytes: () => buffer.subarray(0, length),
  };
}
