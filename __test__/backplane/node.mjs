// A process with channels and a broker on a backplane.
import http from 'node:http';
import { sluice } from '../support/site.mjs';
import { backplaneOf } from './backplane-of.mjs';
import { obey, tellPort } from './obey.mjs';

const {
  backplane: options,
  channels: names,
  channel: given,
  connection,
  broker: brokerOptions,
} = JSON.parse(process.argv[2]);

const backplane = backplaneOf(options);
// Functions cannot be passed to a process.
const latest = given?.keep === 'latest' ? { key: ({ event }) => event } : {};
const channels = new Map(
  names.map((name) => [name, new sluice.Channel({ ...given, ...latest, name, backplane })]),
);
const broker = new sluice.SSEBroker({ backplane, pingInterval: 0, ...brokerOptions });

const server = http.createServer((req, res) => {
  const { searchParams: query } = new URL(req.url, 'http://localhost');
  const wanted = query.getAll('channel');
  const opened = new sluice.Connection(req, res, { ping: false, ...connection });
  opened.on('gap', ({ channel, topic }) => {
    if (topic !== undefined) process.send({ gap: topic });
    for (const [name, one] of channels) if (one === channel) process.send({ gap: name });
  });
  for (const name of wanted) channels.get(name).add(opened);
  if (query.has('client')) {
    const { id } = broker.connect(opened, { id: query.get('client') });
    broker.subscribe(id, ...query.getAll('topic'));
  }
});

obey({
  send: ({ channel, event }) => void channels.get(channel).send(event),
  publish: ({ channel, event, options }) => channels.get(channel).publish(event, options),
  publishAndEnd: async ({ channel, event }) => {
    await channels.get(channel).publish(event);
    for (const opened of channels.get(channel).connections()) opened.end();
  },
  subscribe: ({ client, topics }) => broker.subscribe(client, ...topics),
  unsubscribe: ({ client, topics }) => broker.unsubscribe(client, ...topics),
  broadcast: ({ event }) => broker.broadcast(event),
  toTopic: ({ topic, event }) => broker.broadcastToTopic(topic, event),
  publishToTopic: ({ topic, event }) => broker.publish(topic, event),
  /** Does both in one turn of the event loop. */
  subscribeAndSend: ({ client, topic, event }) => {
    broker.subscribe(client, topic);
    broker.broadcastToTopic(topic, event);
  },
  state: () => backplane.state,
  count: ({ channel }) => channels.get(channel).count(),
  close: () => backplane.close(),
});
server.listen(0, '127.0.0.1', () => tellPort(server));
