import http2 from 'node:http2';
import { certificate } from '../certificate.mjs';
import { connectHTTP2 } from '../clients/http2.mjs';
import { listen } from '../listen.mjs';

export const title = 'node:http2';
export const transport = 'stream';
export const version = 2;

export const start = (handler) =>
  listen(http2.createSecureServer(certificate(), handler), 'https', connectHTTP2);
