// The case of a broker with few topics and with many.
import { growth, tableOfGrowth } from '../few-many.mjs';
import { grouped } from '../format.mjs';
import { broker } from '../servers.mjs';
import { withServer } from '../stage.mjs';

export const servers = ['sluice'];

const both = {
  connections: 1_000,
  few: 10,
  many: 10_000,
  members: 10,
  rate: 10,
  burst: 2_000,
  clients: 100_000,
};
export const full = { rounds: 3, ...both, events: 40, calls: 50_000 };
export const quick = { rounds: 1, ...both, events: 20, calls: 20_000 };

export const conditions = (size) =>
  `topics: ${grouped(size.connections)} connections, ` +
  `${size.few} and ${grouped(size.many)} topics of ${size.members} members, ` +
  `${size.events} events to one each, ${size.rate} per second, then ${grouped(size.burst)} ` +
  `in a burst; ${grouped(size.calls)} subscriptions among ${grouped(size.clients)} clients`;

/** Measures events to one of a few topics and to one of many, and subscriptions of many clients. */
export const run = (_server, size) =>
  withServer(broker, async (stage) => {
    const { connections, few, many, members, events, rate, burst, clients, calls } = size;
    await stage.connect(connections);
    const figures = {};
    for (const [name, count] of Object.entries({ few, many })) {
      await stage.server.ask('topics', count, members);
      await stage.server.ask('broadcast', burst, 0);
      figures[`${name}Call`] = (await stage.server.ask('broadcast', events, rate)).call;
      figures[`${name}BurstCall`] = (await stage.server.ask('broadcast', burst, 0)).call;
    }
    return { ...figures, ...(await stage.server.ask('crowd', clients, calls)) };
  });

export const tables = ({ size: { few, many }, ...view }) => [
  tableOfGrowth(view, ['broker, µs per event', `${few} topics`, `${grouped(many)} topics`], {
    Call: 'the `broadcastToTopic` call, one at a time',
    BurstCall: 'the `broadcastToTopic` call, in a burst',
  }),
];

export const targets = [
  {
    text: 'JavaScript time per event to 1 of 10,000 topics / of 10',
    figure: (of) => Math.max(growth(of, 'Call'), growth(of, 'BurstCall')),
    most: 2,
  },
  {
    text: 'µs to subscribe one of 100,000 clients to a topic',
    figure: (of) => of('sluice', 'subscribe'),
    most: 5,
  },
  {
    text: 'µs to unsubscribe it',
    figure: (of) => of('sluice', 'unsubscribe'),
    most: 5,
  },
];
