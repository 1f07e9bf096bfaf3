// Decodes compressed bodies.
import zlib from 'node:zlib';

const DECODERS = { gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress };

/** Whether Node.js reads all frames of a buffer. Before version 26, it reads only the first. */
function readsAllFrames() {
  const frame = zlib.zstdCompressSync('a');
  return zlib.zstdDecompressSync(Buffer.concat([frame, frame])).length === 2;
}

/** The reason to skip tests with zstd, or false. */
export const withoutZstd =
  DECODERS.zstd && readsAllFrames()
    ? false
    : `Node.js ${process.version} does not read several frames of zstd: use 26 or newer`;

/** Returns a stream of the decoded body, which fails if the body is cut off. */
export function decoded(source, coding) {
  const decoder = DECODERS[coding];
  return decoder ? source.pipe(decoder()) : source;
}
