// A server for the conformance tests: Express 5.
import http from 'node:http';
import express from 'express';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'Express 5';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export const start = (handler) =>
  listen(http.createServer(express().use((req, res) => handler(req, res))), 'http', connectHTTP1);
