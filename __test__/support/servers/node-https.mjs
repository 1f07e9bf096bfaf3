// A server for the conformance tests: node:https.
import https from 'node:https';
import { certificate } from '../certificate.mjs';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'node:https';
export const transport = 'stream';

export const start = (handler) =>
  listen(https.createServer(certificate(), handler), 'https', connectHTTP1);
