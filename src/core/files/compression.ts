import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { causeOf, RecommendError } from '../errors';
import { say } from '../sentence';
import type { ReadLimits } from './limits';
import { type ByteSource, copyOf } from './source';

export type Compression = 'gz' | 'zst';

/** @returns how a file is compressed, by its first bytes (a wrong ending does not matter); null where it is not */
export function compressionOf(head: Uint8Array): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gz';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zst';
  return null;
}

/**
 * What is inside a compressed file, as a stream. Memory stays bounded whatever the content expands to.
 * The stream throws RecommendError FORMAT_BROKEN (damaged or cut) or FILE_TOO_LARGE (it expands absurdly).
 */
export function decompressed(source: ByteSource, compression: Compression, limits: ReadLimits): ByteSource {
  return {
    name: source.name,
    size: null,
    open: () => guarded(source, compression, limits),
  };
}

async function* guarded(source: ByteSource, compression: Compression, limits: ReadLimits): AsyncIterable<Uint8Array> {
  let bytesIn = 0;
  let bytesOut = 0;
  const counted = (async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of source.open()) {
      bytesIn += chunk.length;
      // Decompressors hold on to a chunk past the next read.
      yield copyOf(chunk);
    }
  })();
  try {
    for await (const chunk of compression === 'gz' ? gunzip(counted) : unzstd(counted)) {
      bytesOut += chunk.length;
      if (bytesOut > limits.expandedFloorBytes && bytesOut > limits.expansion * bytesIn) {
        throw new RecommendError(
          'FILE_TOO_LARGE',
          say('{0} expands to more than {1} times its size: it was not read further.', source.name, limits.expansion),
          say('Decompress it yourself if you trust it.'),
        );
      }
      yield chunk;
    }
  } catch (thrown) {
    if (RecommendError.is(thrown)) throw thrown;
    throw new RecommendError(
      'FORMAT_BROKEN',
      say(
        '{0} is damaged or cut: it could be decompressed only up to byte {1} ({2}).',
        source.name,
        bytesOut,
        causeOf(thrown),
      ),
      say('Copy or download it again.'),
      { cause: thrown },
    );
  }
}

/** zlib checks the CRC, reads files of several members, and waits where its reader is slower. */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const input = Readable.from(chunks, { objectMode: true, highWaterMark: 1 });
  const output = createGunzip({ chunkSize: 1 << 16 });
  input.on('error', (cause) => output.destroy(cause));
  input.pipe(output);
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } finally {
    input.destroy();
    output.destroy();
  }
}

/** Four bytes of a Zstandard file can stand for a block of 128 kB, and what one push expands to is held in memory at once. */
const zstdSliceBytes = 2_048;

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => {
    if (chunk.length > 0) ready.push(chunk);
  });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += zstdSliceBytes) {
      decompress.push(chunk.subarray(at, at + zstdSliceBytes));
      const found = ready;
      ready = [];
      yield* found;
    }
  }
  decompress.push(new Uint8Array(0), true);
  yield* ready;
}
