// Opens streams with a cursor and a topic that must not appear in logs, and prints the logs.
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { entryPoints } from '../../security/entry-points.mjs';
import { serve } from '../../security/run-cases.mjs';
import { sluice } from '../site.mjs';
import { until } from '../until.mjs';

for (const entry of entryPoints) {
  test(entry.title, async (t) => {
    const { errors, log, open } = await serve(t, entry);
    const { client, connection } = await open({ headers: { 'Last-Event-ID': 'RAW\xffBYTES' } });
    client.leave();
    await until(() => connection?.closed ?? client.end, 'the end');
    console.log(log.join(''), errors.map(String).join('\n'));
  });
}

test('a topic that is not restored', async () => {
  let isAllowed = true;
  const topic = () => {
    if (!isAllowed) throw new Error('no longer allowed');
    return { emptyTimeout: 0 };
  };
  const broker = new sluice.SSEBroker({ topic });
  const [entry] = entryPoints;
  const connections = [];
  const site = {
    options: {},
    before: () => {},
    failed: (error) => console.log(error),
    opened: ({ connection }) => connections.push(connection),
  };
  const running = await entry.start(undefined, site);
  const open = async (headers) => {
    const client = await running.connect('/', { headers });
    await until(() => connections.length > 0, 'a connection');
    return { client, connection: connections.pop() };
  };
  const first = await open();
  broker.connect(first.connection, { id: 'ann' });
  broker.subscribe('ann', 'a topic\nSLUICE 1: forged');
  first.client.leave();
  await until(() => first.connection.closed && broker.topics().length === 0, 'the client to leave');
  await turn();
  isAllowed = false;
  const second = await open({ 'Last-Event-ID': 'RAW\xffBYTES' });
  broker.connect(second.connection, { id: 'ann' });
  second.client.leave();
  await until(() => second.connection.closed, 'the end');
  await broker.close();
  running.close();
});
