// A server for the conformance tests: Express 5 with the compression middleware.
import http from 'node:http';
import compression from 'compression';
import express from 'express';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'Express 5 with compression';
export const transport = 'stream';
export const encoding = 'gzip';

// By default, sluice sends no-transform, which turns the middleware off.
export const options = { headers: { 'Cache-Control': 'no-store' } };

const connect = (origin, path, request = {}) =>
  connectHTTP1(origin, path, {
    ...request,
    headers: { 'Accept-Encoding': 'gzip', ...request.headers },
  });

export const start = (handler) =>
  listen(
    http.createServer(express().use(compression(), (req, res) => handler(req, res))),
    'http',
    connect,
  );
