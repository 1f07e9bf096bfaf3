// A server for the conformance tests: Express 4.
import http from 'node:http';
import express from 'express4';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'Express 4';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export const start = (handler) =>
  listen(http.createServer(express().use((req, res) => handler(req, res))), 'http', connectHTTP1);
