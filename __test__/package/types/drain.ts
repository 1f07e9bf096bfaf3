import http = require('node:http');
import http2 = require('node:http2');
import https = require('node:https');

import fastify = require('fastify');

import type { DrainingError, DrainResult, Shutdown } from 'sluice';
import { Channel, drain, gracefulShutdown, SSEBroker } from 'sluice';

interface Events {
  bye: { reason: string };
}

const options = { within: 20_000, retry: { min: 1000 }, event: { event: 'bye', data: 1 } };
export const results: Promise<DrainResult>[] = [
  drain(),
  drain(options),
  new SSEBroker().drain(options),
  new Channel<Events>().drain({ retry: 5, event: { event: 'bye', data: { reason: 'restart' } } }),
];
// @ts-expect-error: the data has another type
new Channel<Events>().drain({ event: { event: 'bye', data: 1 } });

export const shutdowns: Shutdown[] = [
  gracefulShutdown(http.createServer()),
  gracefulShutdown(https.createServer(), { signals: ['SIGTERM'], exit: true }),
  gracefulShutdown(http2.createServer(), options),
  gracefulShutdown(http2.createSecureServer()),
  gracefulShutdown(fastify()),
];
// @ts-expect-error: not a signal
gracefulShutdown(http.createServer(), { signals: ['TERM'] });

export const answer = ({ statusCode, headers }: DrainingError) =>
  [statusCode satisfies 503, headers['Retry-After'] satisfies string] as const;
