// Decodes compressed bodies.
import zlib from 'node:zlib';

const DECODERS = { gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress };

/** The reason to skip tests with zstd, or false. */
export const withoutZstd = DECODERS.zstd
  ? false
  : `Node.js ${process.version} cannot read zstd: use 22.15 or newer`;

/** A stream of the plain bytes of a body. A body that was cut off is an error. */
export function decoded(source, coding) {
  const decoder = DECODERS[coding];
  return decoder ? source.pipe(decoder()) : source;
}
