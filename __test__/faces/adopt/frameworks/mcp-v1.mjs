// MCP, version 1 of the SDK: progress of a tool, and notifications on the GET stream.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { until } from '../../../support/until.mjs';
import { sameEvents } from './paths.mjs';

const web = await import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js');

async function serverOn(t, Transport) {
  const server = new McpServer({ name: 's', version: '1' }, { capabilities: { logging: {} } });
  server.tool('count', async ({ _meta, sendNotification }) => {
    const { progressToken } = _meta;
    for (let progress = 1; progress <= 3; progress += 1) {
      const params = { progressToken, progress, message: 'é' };
      await sendNotification({ method: 'notifications/progress', params });
    }
    await server.server.sendLoggingMessage({ level: 'info', data: 'on the GET stream' });
    return { content: [{ type: 'text', text: 'done' }] };
  });
  const transport = new Transport({ sessionIdGenerator: () => 'session' });
  await server.connect(transport);
  t.after(() => server.close());
  return transport;
}

const make = async (t) => {
  const adopted = await serverOn(t, web.WebStandardStreamableHTTPServerTransport);
  const node = await serverOn(t, StreamableHTTPServerTransport);
  return {
    fetch: (request) => adopted.handleRequest(request),
    node: (req, res) => node.handleRequest(req, res),
  };
};

sameEvents('adopt: MCP, version 1 of the SDK', make, async (origin, t) => {
  const seen = [];
  const client = new Client({ name: 'c', version: '1' });
  const gets = [];
  const transport = new StreamableHTTPClientTransport(new URL(origin), {
    async fetch(url, init) {
      const response = await fetch(url, init);
      if (init?.method === 'GET') gets.push(response.status);
      return response;
    },
  });
  await client.connect(transport);
  t.after(() => client.close());
  await until(() => gets.length > 0, 'the GET stream');
  client.fallbackNotificationHandler = async ({ method, params }) => seen.push({ method, params });
  const onprogress = (progress) => seen.push(progress);
  seen.push(await client.callTool({ name: 'count' }, undefined, { onprogress }));
  await until(() => seen.some(({ method }) => method), 'the notification');
  seen.push(gets);
  const isOfPost = (each) => !each.method;
  return [...seen.filter(isOfPost), ...seen.filter((each) => !isOfPost(each))];
});
