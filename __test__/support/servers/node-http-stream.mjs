// A server for the conformance tests: node:http with the stream transport.
import http from 'node:http';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'node:http, written through the response';
export const transport = 'stream';
export const options = { transport: 'stream' };

export const start = (handler) => listen(http.createServer(handler), 'http', connectHTTP1);
