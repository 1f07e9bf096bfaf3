import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Metrics, ServerSentEvent, Transport } from 'sluice';
import { Channel, Connection, configure, MapListener, metrics, SluiceError } from 'sluice';

interface News {
  greeting: { transport: Transport };
}

configure({ shards: 1 });
const rooms = new MapListener<string, Channel<News>>([['news', new Channel({ historySize: 10 })]]);
const app = express();

app.get('/events', (req, res) => {
  const connection = new Connection<News>(req, res, { pingInterval: 1000 });
  const { transport } = connection;
  const greeting: ServerSentEvent<News> = { id: '1', event: 'greeting', data: { transport } };
  rooms.get('news')?.add(connection).send(greeting);
  connection.on('close', (reason) => reason satisfies string);
});

// @ts-expect-error an event that the map does not have
export const unknownEvent: ServerSentEvent<News> = { event: 'farewell', data: {} };

// @ts-expect-error data of another type
export const wrongData: ServerSentEvent<News> = { event: 'greeting', data: 'native' };

app.get('/metrics', (_req, res) => {
  const snapshot: Metrics = metrics();
  res.json(snapshot);
});

app.get('/error', (req, res) => {
  res.flushHeaders();
  try {
    new Connection(req, res);
  } catch (error) {
    res.end(error instanceof SluiceError ? error.code : 'not an error of sluice');
  }
});

const server = app.listen(0, () => console.log((server.address() as AddressInfo).port));
