// Decodes compressed bodies.
import zlib from 'node:zlib';

const DECODERS = { gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress };

/** Whether all frames that arrive together are read. Before 26, Node.js reads the first one. */
function readsAllFrames() {
  const frame = zlib.zstdCompressSync('a');
  return zlib.zstdDecompressSync(Buffer.concat([frame, frame])).length === 2;
}

/** The reason to skip tests with zstd, or false. */
export const withoutZstd =
  DECODERS.zstd && readsAllFrames()
    ? false
    : `Node.js ${process.version} does not read several frames of zstd: use 26 or newer`;

/** A stream of the plain bytes of a body. A body that was cut off is an error. */
export function decoded(source, coding) {
  const decoder = DECODERS[coding];
  return decoder ? source.pipe(decoder()) : source;
}
