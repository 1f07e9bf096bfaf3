import { createServer } from 'node:http';
import { type BrokerClient, type CloseReason, type Connection, SSEBroker } from 'sluice';

interface Topics {
  orders: { created: { id: number }; deleted: { id: number } };
  [user: `user.${string}`]: { greeting: string; message: { text: string } };
}

interface Metadata {
  name: string;
}

const broker = new SSEBroker<Topics, Metadata>({
  eventBufferSize: 100,
  heartbeatInterval: 30_000,
  heartbeat: 'event',
  connection: { stallTimeout: 1000 },
  topic: (topic) => (topic === 'orders' ? { historySize: 10, emptyTimeout: 0 } : undefined),
  wildcards: true,
  topicField: false,
  sessionTimeout: 30_000,
  onConnect: (client) => client.metadata.name.length,
  onDisconnect: (client, reason) => {
    const known: CloseReason = reason;
    return [client.id, known];
  },
  authorizeSubscribe: async (_req, clientId, topic) => clientId === topic,
});

// @ts-expect-error heartbeats are comments or events
new SSEBroker({ heartbeat: 'time' });
// The request type of any framework.
new SSEBroker({ authorizeSubscribe: (req: { user: string }, _id, topic) => topic === req.user });

createServer((req, res) => {
  const client: BrokerClient<Metadata> = broker.connect(req, res, {
    id: 'ada',
    metadata: { name: 'Ada' },
    retry: 1000,
  });
  const connection: Connection = client.connection;
  const again: BrokerClient<Metadata> = broker.connect(connection, { metadata: { name: 'Ada' } });
  const topics: Set<string> = again.topics;
  const strings: (string | undefined)[] = [client.id, client.secret, client.lastEventId];
  const date: Date = client.createdAt;
  return [topics, strings, date];
});

const counts: number[] = [
  broker.broadcastToTopic('orders', { event: 'created', data: { id: 1 } }),
  broker.broadcastToTopic('user.1', { event: 'greeting', data: 'hello' }),
  broker.broadcastToTopic('user.1', { event: 'message', data: { text: 'hello' } }),
  broker.broadcast({ event: 'deleted', data: { id: 1 } }),
  broker.clientCount(),
];
const truths: boolean[] = [
  broker.send('ada', { event: 'greeting', data: 'hello' }),
  broker.subscribe('ada', 'orders', 'user.*'),
  broker.unsubscribe('ada', 'orders'),
  broker.disconnect('ada'),
];
const clients: BrokerClient<Metadata>[] = [...broker.clients(), ...broker.clientsByTopic('orders')];
const one: BrokerClient<Metadata> | undefined = broker.client('ada');
const names: string[] = broker.topics();
const closed: Promise<void> = broker.close();

// @ts-expect-error there is no such topic
broker.broadcastToTopic('news', { data: '' });
// @ts-expect-error an event of another topic
broker.broadcastToTopic('orders', { event: 'greeting', data: 'hello' });
// @ts-expect-error data of another event
broker.broadcastToTopic('user.1', { event: 'greeting', data: { text: '' } });
// @ts-expect-error no topic has such an event
broker.send('ada', { event: 'created', data: 'hello' });

const anything = new SSEBroker();
anything.broadcastToTopic('any', { event: 'thing', data: { at: ['all'] } });
anything.send('ada', { data: 'text' });
anything.broadcast({ comment: 'to all' });

export { clients, closed, counts, names, one, truths };
