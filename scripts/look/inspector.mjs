import http from 'node:http';
import { createRequire } from 'node:module';
import { listen } from './listen.mjs';

const { Channel, Connection, SSEBroker } = createRequire(import.meta.url)('../../index.js');
const { inspectHandler } = createRequire(import.meta.url)('../../inspect.js');

const PATHS = ['/news', '/news', '/prices', '/prices/eur', `/${'long/'.repeat(30)}`];
/** Bytes: more than the buffers of the kernel, and less than the queue of a connection. */
const UNREAD = 500_000;

/** Serves an inspector with a few streams, one of which is not read. */
export async function pageOfInspector() {
  const channel = new Channel({ name: 'news', historySize: 100 });
  const broker = new SSEBroker({ wildcards: true, topic: { historySize: 10 } });
  const inspect = inspectHandler({ authorize: () => true });
  const server = http.createServer((req, res) => {
    if (req.url.startsWith('/sluice/')) return inspect(req, res);
    const connection = new Connection(req, res);
    channel.add(connection);
    const { topics } = broker.connect(connection);
    topics.add(req.url.slice(1).replaceAll('/', '.').slice(0, 80));
    if (req.url === '/prices') topics.add('prices.>');
    if (req.url === PATHS.at(-1)) connection.send({ data: 'x'.repeat(UNREAD) });
  });
  const { origin, stop } = await listen(server);
  for (const path of PATHS) {
    const request = http.get(origin + path, { agent: false }).on('error', () => {});
    request.on('response', (response) => {
      response.on('error', () => {});
      if (path !== PATHS.at(-1)) response.resume();
    });
  }
  const timer = setInterval(() => channel.send({ data: 'news' }), 100);
  return {
    pages: [{ name: 'inspector', url: `${origin}/sluice/`, ready: '#rows tr:nth-child(6)' }],
    stop: () => {
      clearInterval(timer);
      stop();
    },
  };
}
