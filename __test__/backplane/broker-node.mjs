// A process with a broker on a backplane, and its routes.
import express from 'express';
import { sluice } from '../support/site.mjs';
import { backplaneOf } from './backplane-of.mjs';
import { obey, tellPort } from './obey.mjs';

const { backplane: options, broker: given } = JSON.parse(process.argv[2]);

const backplane = backplaneOf(options);
const told = [];
const broker = new sluice.SSEBroker({
  pingInterval: 0,
  presence: ({ metadata }) => metadata.shown,
  ...given,
  backplane,
  onJoin: (topic, { id, metadata }) => told.push(['join', topic, id, metadata]),
  onLeave: (topic, { id }) => told.push(['leave', topic, id]),
});

const app = express();
app.get('/events', (req, res) => {
  const { id, topic = [], shown } = req.query;
  const client = broker.connect(req, res, { id, metadata: { shown } });
  broker.subscribe(client.id, ...[topic].flat());
});
sluice.setupSSE(app, broker, '/sse', {
  identify: () => ({ metadata: { shown: 'routes' } }),
  authorizeSubscribe: (_req, _id, topic) => topic !== 'secret',
});

obey({
  state: () => backplane.state,
  send: ({ id, event }) => broker.send(id, event),
  disconnect: ({ id }) => broker.disconnect(id),
  subscribe: ({ id, topics }) => broker.subscribe(id, ...topics),
  unsubscribe: ({ id, topics }) => broker.unsubscribe(id, ...topics),
  toTopic: ({ topic, event }) => broker.broadcastToTopic(topic, event),
  count: () => broker.clientCount({ everywhere: true }),
  here: () => broker.clientCount(),
  topicsOf: ({ id }) => [...(broker.client(id)?.topics ?? [])],
  presence: ({ topic }) => broker.presence(topic).map(({ id, metadata }) => ({ id, metadata })),
  told: () => told,
  rss: () => process.memoryUsage().rss,
  close: () => broker.close(),
});
const server = app.listen(0, '127.0.0.1', () => tellPort(server));
