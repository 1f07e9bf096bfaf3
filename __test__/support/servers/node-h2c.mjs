// A server for the conformance tests: node:http2 without TLS.
import http2 from 'node:http2';
import { connectHTTP2 } from '../clients/http2.mjs';
import { listen } from '../listen.mjs';

export const title = 'node:http2 without TLS';
export const transport = 'stream';
export const version = 2;

export const skips = {
  'destroying the socket ends the connection at once':
    'a socket of HTTP/2 carries other streams too',
};

export const start = (handler) => listen(http2.createServer(handler), 'http', connectHTTP2);
