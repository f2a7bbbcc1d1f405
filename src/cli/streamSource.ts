import { RecommendError } from '../core/errors';
import type { ByteSource } from '../core/files/source';

/** Bytes that are kept so that the beginning can be read again: formats are told by it. */
const keptBytes = 1 << 20;

/** A stream that can be read once, as a source whose beginning can be read several times. */
export function streamSource(name: string, stream: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = stream[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let bytes = 0;
  let passed = false;
  return {
    name,
    size: null,
    async *open() {
      if (passed)
        throw new RecommendError('FILE_UNREADABLE', `${name} can be read once only.`, 'Save it to a file first.');
      for (const chunk of kept.slice()) yield chunk;
      while (true) {
        const next = await iterator.next();
        if (next.done) return;
        bytes += next.value.length;
        if (bytes <= keptBytes) kept.push(next.value.slice());
        else passed = true;
        yield next.value;
      }
    },
  };
}
