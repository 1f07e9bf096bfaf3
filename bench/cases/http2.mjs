// The case of connections over HTTP/2, whose streams share sockets.
import { secureCase } from '../secure.mjs';

export const { servers, needs, full, quick, conditions, run, tables, targets } = secureCase(
  'http2',
  'HTTP/2',
  { streams: 100 },
);
