// A server for the conformance tests: node:http.
import http from 'node:http';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'node:http';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export const start = (handler) => listen(http.createServer(handler), 'http', connectHTTP1);
