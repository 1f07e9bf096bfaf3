// A process with many clients, controlled by the chaos test.
import { ChaosClient } from './client.mjs';
import { faultOf } from './model.mjs';
import { randomOf } from './random.mjs';

const { seed, count, channels } = JSON.parse(process.argv[2]);
const random = randomOf(seed);
let origins = [];
const clients = [];
const origin = () => random.pick(origins);

const some = () => {
  const wanted = new Set();
  const size = 1 + random.below(5);
  while (wanted.size < size) wanted.add(random.pick(channels));
  return [...wanted];
};

const deliveries = () => clients.reduce((sum, { received }) => sum + received.length, 0);

const commands = {
  origins: (given) => {
    origins = given;
  },
  start: () => {
    for (let number = 0; number < count; number += 1) clients.push(new ChaosClient(some(), origin));
  },
  joined: () => clients.every((client) => client.first !== undefined),
  move: (moving) => {
    for (let number = 0; number < moving; number += 1) random.pick(clients).connect();
  },
  drop: (dropping) => {
    for (let number = 0; number < dropping; number += 1) {
      const client = random.pick(clients);
      client.patience = 1 + random.below(3);
      client.connect();
    }
  },
  deliveries: () => deliveries(),
  /** Compares each client with the log. */
  check: ({ log, outages }) => ({
    faults: clients
      .map((client, number) => {
        const fault = faultOf(client, log, outages);
        return fault && `client ${number} of ${client.channels}: ${fault}`;
      })
      .filter(Boolean),
    deliveries: deliveries(),
    gaps: clients.reduce((sum, { gaps }) => sum + gaps.length, 0),
  }),
};

process.once('disconnect', () => process.exit());
process.on('message', ({ number, name, words }) => {
  process.send({ number, answer: commands[name](words) });
});
process.send({ ready: true });
