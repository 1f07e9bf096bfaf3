// The ways to send an event, with the fields that each of them accepts.
import { sluice } from '../../support/site.mjs';

const ALL = ['id', 'event', 'data', 'retry', 'comment'];
const HISTORY = { historySize: 1000 };

/** The history of a topic or channel. */
export const TOPIC = HISTORY;

/**
 * A stream of `new Connection()` in two channels of the site. `write` holds the functions that send
 * text in the wire format.
 */
export function connectionStream(site, connection) {
  site.channel ??= new sluice.Channel(HISTORY);
  site.latest ??= new sluice.Channel({ keep: 'latest', key: () => 'the only one' });
  const { channel, latest } = site;
  if (site.joins) {
    channel.add(connection);
    latest.add(connection);
  }
  site.opened({
    connection,
    leave: () => channel.remove(connection),
    write: [(text) => connection.write(text), (text) => channel.write(text)],
    publish: (event) => channel.send(event),
    senders: {
      'connection.send': { takes: ALL, send: (event) => connection.send(event) },
      'channel.send': { takes: ALL, send: (event) => channel.send(event) },
      'channel.send of a latest value': { takes: ALL, send: (event) => latest.send(event) },
    },
  });
}

/** A client of a broker, subscribed to one topic. */
export function brokerStream(site, broker, client) {
  const { connection, id } = client;
  if (site.joins) broker.subscribe(id, 'news');
  site.opened({
    connection,
    leave: () => broker.unsubscribe(id, 'news'),
    write: [(text) => connection.write(text)],
    publish: (event) => broker.broadcastToTopic('news', event),
    senders: {
      'broker.send': { takes: ALL, send: (event) => broker.send(id, event) },
      'broker.broadcast': { takes: ALL, send: (event) => broker.broadcast(event) },
      'broker.broadcastToTopic': {
        takes: ALL,
        send: (event) => broker.broadcastToTopic('news', event),
      },
    },
  });
}

/** Options of a broker with the connection options of the site. */
export const brokerOptions = (site) => ({ connection: site.options, topic: TOPIC });
