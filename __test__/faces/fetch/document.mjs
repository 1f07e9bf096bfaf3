import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { AppServer } from './framework.mjs';
import { headings, run, snippet } from './snippets.mjs';

const TYPES = ['Interface'];
const seen = [];

/** Tests the snippet of a section, with a server and a function that connects to it. */
function section(heading, check) {
  seen.push(heading);
  test(heading, SOON, async (t) => {
    const app = new AppServer();
    await check(app, await app.listen(t), t);
  });
}

describe('every snippet of the document', () => {
  section('Quick Start', async (app, { visit }) => {
    // During the first run there are no clients yet for the broadcast.
    await app.run('Quick Start', { userId: 1 });
    const [client, other] = [await visit('/events'), await visit('/events', 2)];
    await app.run('Quick Start', { userId: 1 });
    await client.has('event: notification\ndata: {"message":"You have a new message"}\n\n');
    assert.deepEqual(other.data, []);
  });

  section('Configuration', async (_app, _site, t) => {
    const code = `${snippet('Configuration')}; return server;`;
    const server = await run(code, { AppServer, db: {} });
    server.router.route('events').raw({ handle: (_req, ctx) => ctx.core.sse.addClient().response });
    const client = await (await server.listen(t)).visit('/events');
    await client.has(': heartbeat ');
    assert.match(client.text, /^retry: 3000\n\n: heartbeat \d{13}\n\n$/);
  });

  section('Basic SSE Endpoint', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    const client = await visit('/subscribe', 5);
    const [{ id }] = app.sse.getClientsByChannel('user:5');
    assert.deepEqual(app.log, [['SSE client connected', { clientId: id, userId: 5 }]]);
    app.sse.broadcast('user:5', 'n', 1);
    await client.has('data: 1\n\n');
  });

  section('Client-Side JavaScript', async (app, { origin }) => {
    await app.run('Basic SSE Endpoint');
    const [open, close] = snippet('Client-Side JavaScript').split('// Close connection');
    class Here extends EventSource {
      constructor(path, options) {
        super(origin + path, options);
      }
    }
    const lines = [];
    const shown = [];
    const scope = {
      EventSource: Here,
      console: { log: (...line) => lines.push(line), error: (...line) => lines.push(line) },
      showNotification: (message) => shown.push(message),
    };
    const eventSource = await run(`${open}; return eventSource;`, scope);
    await until(() => app.sse.getClients().length, 'the client');
    app.sse.broadcast('user:1', 'notification', { message: 'hello' });
    app.sse.broadcast('user:1', 'message', { text: 'hi' });
    await until(() => lines.length === 2, 'both events');
    assert.deepEqual(lines, [
      ['Notification:', { message: 'hello' }],
      ['Message:', { text: 'hi' }],
    ]);
    assert.deepEqual(shown, ['hello']);
    await run(close, { eventSource });
    await until(() => app.sse.getClients().length === 0, 'the client to be removed');
  });

  section('Broadcasting Events', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    await app.run('Broadcasting Events');
    const [recipient, other] = [await visit('/subscribe', 2), await visit('/subscribe', 3)];
    const message = await app.call('sendMessage', { recipientId: 2, content: 'hello' });
    assert.equal(message.content, 'hello');
    await recipient.has('event: newMessage\ndata: {"id":7,"from":"Ada","content":"hello"}\n\n');
    const job = { title: 'Maintenance', message: 'tonight', priority: 1 };
    app.jobs.emit('broadcastAnnouncement', job);
    for (const client of [recipient, other]) {
      await client.has(`event: announcement\ndata: ${JSON.stringify(job)}\n\n`);
    }
    assert.equal(other.data.length, 1);
  });

  section('Channel-Based Subscriptions', async (app, { visit }) => {
    const canAccessChannel = async (_user, channel) => channel !== 'secret';
    await app.run('Channel-Based Subscriptions', { canAccessChannel });
    await visit('/subscribe?channel=orders&channel=secret&channel=notifications');
    const [{ channels }] = app.sse.getClients();
    assert.deepEqual([...channels], ['orders', 'notifications', 'user:1']);
  });

  section('Live Notifications', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    const plugin = snippet('Live Notifications').trim().replace(/;$/, '');
    const { service } = await run(`return { ${plugin} };`, {});
    const notifications = await service(app.context());
    const client = await visit('/subscribe', 4);
    const saved = await notifications.create(4, { title: 'T', body: 'B', type: 'info' });
    await client.has('event: notification\n');
    const { id, title, body, type, createdAt } = saved;
    assert.deepEqual(JSON.parse(client.data[0]), { id, title, body, type, createdAt });
    await notifications.markAsRead(4, 7);
    await client.has('event: unreadCount\ndata: {"count":3}\n\n');
  });

  section('Live Dashboard Updates', async (app, { visit }) => {
    let orders = 0;
    const getDashboardStats = async () => ({ orders });
    await app.run('Live Dashboard Updates', { getDashboardStats });
    const client = await visit('/dashboard/live');
    await client.has('event: initialData\ndata: {"orders":0}\n\n');
    orders = 1;
    app.events.emit('order.created', { id: 1, total: 9.5, customerName: 'Ada' });
    await client.has('event: newOrder\ndata: {"id":1,"total":9.5,"customer":"Ada"}\n\n');
    app.cron.emit('*/30 * * * * *');
    await client.has('event: statsUpdate\ndata: {"orders":1}\n\n');
  });

  section('Collaborative Features', async (app, { visit }) => {
    await app.run('Collaborative Features', {
      checkDocumentAccess: async (user) => user !== 9,
      saveDocumentChanges: async () => {},
    });
    const [ada, bob] = [await visit('/document/7/live', 1), await visit('/document/7/live', 2)];
    const stranger = await visit('/document/7/live', 9);
    assert.equal(stranger.status, 403);
    assert.equal(app.sse.getClients().length, 2);
    await ada.has('event: userJoined\ndata: {"userId":2,"name":"user 2"}\n\n');
    const edited = await app.call('document/7/edit', { changes: ['+a'] });
    assert.deepEqual(edited, { success: true });
    for (const client of [ada, bob]) await client.has('"changes":["+a"],"userId":1');
  });

  section('Progress Updates', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    await app.run('Progress Updates', { processItem: async () => {} });
    const client = await visit('/subscribe');
    const { taskId } = await app.call('process', { data: ['a', 'b', 'c'] });
    await client.has('event: taskComplete\n');
    const progress = [1, 2, 3].map((current) => ({
      taskId,
      current,
      total: 3,
      percent: Math.round((current / 3) * 100),
    }));
    assert.deepEqual(client.data.map(JSON.parse), [...progress, { taskId, result: 'success' }]);
  });

  section('SSE Message Format', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    const client = await visit('/subscribe');
    const [{ id: clientId }] = app.sse.getClients();
    await app.run('SSE Message Format', { clientId });
    await client.has('data: {"message":"Hello"}\n\n');
    assert.ok(
      client.text.endsWith('\n\nid: msg-123\nevent: notification\ndata: {"message":"Hello"}\n\n'),
    );
  });

  section('Tracking Connections', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    await app.run('Tracking Connections');
    for (const user of [1, 1, 2]) await visit('/subscribe', user);
    const statistics = await app.call('admin/connections');
    assert.deepEqual(statistics, {
      totalConnections: 3,
      byChannel: { 'user:1': 2, 'user:2': 1 },
      oldestConnection: app.sse.getClients()[0].createdAt,
    });
  });

  section('Graceful Disconnect', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    const clients = [await visit('/subscribe', 1), await visit('/subscribe', 2)];
    const [{ id: clientId }] = app.sse.getClients();
    const [remove, shutDown] = snippet('Graceful Disconnect').split('// Shutdown');
    await run(remove, { ctx: app.context(), clientId });
    assert.equal(await clients[0].over(), 'clean');
    assert.equal(app.sse.getClients().length, 1);
    await run(`// Shutdown${shutDown}`, { ctx: app.context() });
    assert.equal(await clients[1].over(), 'clean');
    assert.deepEqual(app.sse.getClients(), []);
  });

  section('1. Use Specific Channels', async (app) => {
    const { client } = app.sse.addClient();
    const ids = { clientId: client.id, userId: 1, orderId: 2, teamId: 3 };
    await app.run('1. Use Specific Channels', ids);
    assert.deepEqual([...client.channels], ['user:1', 'order:2', 'team:3', 'all']);
  });

  section('2. Include Event IDs for Resume', async (app, _site, t) => {
    const code = `${snippet('2. Include Event IDs for Resume')}; return { client, response };`;
    const [channel, event] = ['news', 'n'];
    const resume = (data, headers) => {
      const req = new Request('http://localhost/', { headers });
      return run(code, { ctx: app.context(), channel, event, data, req });
    };
    t.mock.timers.enable({ apis: ['Date'], now: 1000 });
    app.sse.subscribe(app.sse.addClient().client.id, channel);
    for (const data of ['first', 'missed']) {
      await resume(data);
      t.mock.timers.tick(1);
    }
    const { client, response } = await resume('missed too', { 'Last-Event-ID': 'evt-1000' });
    assert.equal(client.lastEventId, 'evt-1000');
    app.sse.subscribe(client.id, channel);
    app.sse.removeClient(client.id);
    const hold = setInterval(() => {}, 1000);
    const text = await response.text();
    clearInterval(hold);
    assert.deepEqual(text.match(/(?<=^data: ).*/gm), ['missed', 'missed too']);
  });

  section('3. Send Initial State', async (app, { visit }) => {
    await app.run('3. Send Initial State', { getUnreadCount: async () => 2 });
    const client = await visit('/subscribe');
    await client.has('event: initialState\ndata: {"unreadNotifications":2,"online":true}\n\n');
  });

  section('4. Handle Client Limits', async (app, { visit }) => {
    await app.run('4. Handle Client Limits');
    const clients = [];
    for (let n = 0; n < 7; n += 1) clients.push(await visit('/subscribe'));
    for (const oldest of clients.slice(0, 2)) assert.equal(await oldest.over(), 'clean');
    assert.equal(app.sse.getClientsByChannel('user:1').length, 5);
    app.sse.broadcastAll('n', 1);
    for (const client of clients.slice(2)) await client.has('data: 1\n\n');
    // Clients that connect at the same time are counted too.
    await Promise.all(Array.from({ length: 20 }, () => visit('/subscribe')));
    assert.equal(app.sse.getClientsByChannel('user:1').length, 5);
  });

  section('5. Keep Payloads Small', async (app, { visit }) => {
    await app.run('Basic SSE Endpoint');
    const client = await visit('/subscribe');
    const order = { id: 1, status: 'paid', items: ['a'], customer: { name: 'Ada' } };
    const scope = { channel: 'user:1', order };
    await app.run('5. Keep Payloads Small', scope);
    await client.count(2);
    assert.deepEqual(client.data.map(JSON.parse), [{ orderId: 1, status: 'paid' }, order]);
  });

  test('is covered by one of these tests or by the type tests', () => {
    assert.deepEqual([...seen, ...TYPES].toSorted(), headings.toSorted());
  });
});
