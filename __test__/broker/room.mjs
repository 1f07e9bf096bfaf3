import * as nodeHTTP from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';

const server = { ...nodeHTTP, options: undefined };

/** A broker behind a real server. `join` connects a client and returns both ends. */
export async function room(t, options) {
  const broker = new sluice.SSEBroker(options);
  const { open } = await site(t, server);
  t.after(() => broker.close());
  return {
    broker,
    async join(connect, request, before = () => {}) {
      const { client: reader, connection } = await open({}, request);
      before({ connection });
      const client = broker.connect(connection, connect);
      return { reader, connection, client, id: client.id };
    },
  };
}

/** Waits until everything that was sent has arrived, and returns the data. */
export async function readSoFar(broker, { reader, id }) {
  const mark = `mark ${Math.random()}`;
  broker.send(id, { data: mark });
  await reader.has(`data: ${mark}\n\n`);
  return reader.data.filter((data) => !data.startsWith('mark '));
}
