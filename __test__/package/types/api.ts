// Uses the whole API once and checks its types.
import type { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHTTP2 } from 'node:http2';
import {
  Channel,
  type CloseReason,
  Connection,
  configure,
  MapListener,
  type Metrics,
  metrics,
  SluiceError,
  type SluiceErrorCode,
  type Transport,
} from 'sluice';

configure({ shards: 2, maxConnections: 1000 });
const interval: number = Connection.default.pingInterval;

createHTTP2((req, res) => new Connection(req, res));

createServer(async (req, res) => {
  const connection = new Connection(req, res, {
    headers: { 'X-A': ['b'] },
    limits: { key: (req) => ['user', String(req.user)], maxPerKey: 5 },
    maxQueueBytes: 1,
    pingInterval: interval,
    stallTimeout: 0,
    statusCode: 200,
    transport: 'auto',
  });
  connection.on('close', (reason) => {
    const known: CloseReason = reason;
    return known;
  });
  connection.on('gap', ({ channel, topic, lastEventId, lastEventID }) => {
    const where: string | number | undefined = channel?.count() ?? topic;
    return [where, lastEventId.length + lastEventID.length];
  });
  const transport: Transport = connection.transport;
  const numbers: number = connection.timestamp + connection.queuedBytes;
  const cursor: string | undefined = connection.lastEventId ?? connection.lastEventID;
  const destroyed: Connection = connection.destroy(new Error('gone')).destroy();
  const same: Connection = await connection.comment('a').setPing(0).setTimeout(0).end();
  return [transport, numbers, cursor, same, destroyed, connection.closed, connection.id];
});

const channel = new Channel({ emptyTimeout: 1, historyAge: 1, historyBytes: 1, historySize: 1 });
channel.on('join', (connection) => connection.send({ data: 1 }));
channel.once('close', () => channel.connections().map(({ id }) => id));
channel.close();

// @ts-expect-error no such option
new Channel({ history: 5 });
// @ts-expect-error a value without events cannot announce that it closes
new MapListener<string, number>();
const emitters: Map<string, EventEmitter> = new MapListener<string, Channel>([['a', channel]]);

try {
  emitters.clear();
} catch (error) {
  if (error instanceof SluiceError) {
    const code: SluiceErrorCode = error.code;
    throw new SluiceError(code, error.message);
  }
}

const snapshot: Metrics = metrics();
const overflows: number = snapshot.closes.overflow;

export { overflows };
