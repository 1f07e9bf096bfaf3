// MCP, version 2 of the SDK: progress of a tool.
import { getRequestListener } from '@hono/node-server';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createMcpHandler,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { sameEvents } from './paths.mjs';

function createServer() {
  const server = new McpServer({ name: 's', version: '1' });
  server.registerTool('count', {}, async ({ mcpReq }) => {
    const { progressToken } = mcpReq._meta;
    for (let progress = 1; progress <= 3; progress += 1) {
      const params = { progressToken, progress, message: 'é' };
      await mcpReq.notify({ method: 'notifications/progress', params });
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
}

// The SDK itself serves these handlers on Node.js through @hono/node-server.
const both = (fetch) => ({ fetch, node: getRequestListener(fetch) });

async function ofTransport(t) {
  const server = createServer();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'session',
  });
  await server.connect(transport);
  t.after(() => server.close());
  return both((request) => transport.handleRequest(request));
}

function ofHandler(t) {
  const handler = createMcpHandler(() => createServer());
  t.after(() => handler.close());
  return both((request) => handler.fetch(request));
}

async function read(origin, t) {
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(origin)));
  t.after(() => client.close());
  const seen = [];
  const onprogress = (progress) => seen.push(progress);
  const result = await client.callTool({ name: 'count' }, { onprogress });
  return [...seen, result.content];
}

sameEvents('adopt: MCP, version 2 of the SDK, its transport', ofTransport, read);
sameEvents('adopt: MCP, version 2 of the SDK, its handler', ofHandler, read);
