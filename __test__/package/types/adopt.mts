// Checks the types of adopt() and toNode() with the servers and frameworks that accept them.
import { createServer } from 'node:http';
import { createServer as createHTTP2Server } from 'node:http2';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createUIMessageStream, createUIMessageStreamResponse } from 'ai';
import express from 'express';
import { createHandler } from 'graphql-sse/lib/use/fetch';
import { createSchema, createYoga } from 'graphql-yoga';
import { Hono } from 'hono';
import type { Connection } from 'sluice';
import { type AdoptOptions, adopt, toNode } from 'sluice/fetch';

const schema = createSchema({ typeDefs: 'type Query { hello: String }' });
const router = initTRPC.create().router({});
const yoga = createYoga({ schema });
const hono = new Hono();
const mcp = createMcpHandler(() => new McpServer({ name: 'server', version: '1' }));

export const handlers = [
  toNode((req) => fetchRequestHandler({ endpoint: '/', req, router })),
  toNode(createHandler({ schema })),
  toNode((request) => yoga.fetch(request)),
  toNode((request) => mcp.fetch(request)),
  toNode(hono.fetch),
];

const options: AdoptOptions = {
  invalidFrames: 'pass',
  limits: { maxPerKey: 1 },
  pingInterval: 1,
  onError: (error) => console.error(error),
};
const handle = toNode(() => new Response('hello'), options);
createServer(handle);
createHTTP2Server(handle);
const app = express();
app.use(handle);
app.get('/', handle);
app.post('/chat', async (req, res) => {
  const stream = createUIMessageStream({ execute: () => {} });
  const response = createUIMessageStreamResponse({ stream });
  const connection: Connection | undefined = await adopt(req, res, response, options);
  connection?.send({ data: 1 });
});
createServer(async (req, res) => {
  const connection: Connection | undefined = await handle(req, res);
  connection?.stream(['data: 1\n\n'], { frames: true, invalidFrames: 'refuse' });
});

// @ts-expect-error not a Response
toNode(() => 'hello');
// @ts-expect-error an unknown option
toNode(() => new Response(), { invalid: 'pass' });
// @ts-expect-error a promise
export const wrong = createServer((req, res) => adopt(req, res, Promise.resolve(new Response())));
