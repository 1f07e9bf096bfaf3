// Serves a channel, and blocks its JavaScript thread when it receives standard input. The arguments
// are the duration in milliseconds and the transport.
import { once } from 'node:events';
import http from 'node:http';
import { sluice } from '../site.mjs';
import { until } from '../until.mjs';

const [, , milliseconds, transport] = process.argv;
const PAD = 'x'.repeat(1000);
/** More than the kernel buffers for a client that does not read. */
const EVENTS = 12_000;

const channel = new sluice.Channel({ historySize: EVENTS, historyBytes: 2 ** 26, ids: 'manual' });
const publish = (number) => channel.send({ id: String(number), data: `${number} ${PAD}` });
for (let number = 1; number <= EVENTS; number += 1) publish(number);

const server = http.createServer((req, res) => {
  const connection = new sluice.Connection(req, res, {
    ...{ ping: true, pingInterval: 1000, maxQueueBytes: 2 ** 26, transport },
    // Shorter than the block, during which a client that reads must not count as stalled.
    stallTimeout: 8000,
  });
  connection.on('close', (reason) => console.log(`closed: ${reason}`));
  channel.add(connection);
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));

await once(process.stdin, 'data');
// The metrics learn of the queue after the core has tried to send it.
await until(() => sluice.metrics().queuedBytes > 2 ** 20, 'the rest of the replay in the queue');
publish(EVENTS + 1);
console.log('blocked');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds));
console.log('free');
publish(EVENTS + 2);
