// A server for tests of channels, and helpers that read the events of its clients.
import http from 'node:http';
import { createParser } from 'eventsource-parser';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { listen } from '../support/listen.mjs';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const { Connection } = sluice;

/** A server whose handler gets each connection in the turn in which it opens. */
export async function serve(t, handler, options) {
  const server = http.createServer((req, res) => {
    handler(new Connection(req, res, { ping: false, ...options }), req);
  });
  const running = await listen(server, 'http', connectHTTP1);
  t.after(() => running.close());
  return (id, path = '/') =>
    running.connect(path, id === undefined ? {} : { headers: { 'Last-Event-ID': id } });
}

/** The data of the events that a client has received, each with its id as cursor. */
export function eventsOf(client) {
  let id;
  const onEvent = (event) => {
    id = event.id ?? id;
    events.push({ id, data: event.data });
  };
  const events = [];
  createParser({ onEvent }).feed(client.text);
  return events;
}

export async function got(client, count) {
  await until(
    () => eventsOf(client).length >= count,
    () => `${count} events in ${client.text}`,
  );
  return eventsOf(client);
}
