// Checks the example of docs/fetch.md, with the types that Hono needs under `strict`.
import { type HttpBindings, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createSSE } from 'sluice/fetch';

const app = new Hono<{ Bindings: HttpBindings }>();
const sse = createSSE();

app.get('/users/:user/events', (c) => {
  const { client, response } = sse.addClient({
    lastEventId: c.req.header('Last-Event-ID'),
    outgoing: c.env.outgoing, // The client is removed when this Node response closes.
  });
  sse.subscribe(client.id, `user:${c.req.param('user')}`);
  sse.sendTo(client.id, 'hello', { clients: sse.getClients().length });
  return response;
});

app.post('/users/:user/messages', async (c) => {
  sse.broadcast(`user:${c.req.param('user')}`, 'message', await c.req.json());
  return c.body(null, 202);
});

serve({ fetch: app.fetch, port: Number(process.env.PORT) || 3000 });
