// Checks which data the compiler accepts and rejects without an event map.
import { Channel, type EventData } from 'sluice';

interface Reading {
  celsius: number;
  at?: Date;
}

class Station {
  name = 'Oslo';
  #secret = 1;
  read() {
    return this.#secret;
  }
}

declare const reading: Reading;
declare const loose: ReturnType<typeof JSON.parse>;

const channel = new Channel();
const accepted: EventData[] = [
  'text',
  7,
  true,
  null,
  undefined,
  { celsius: 21, nested: { list: [1] } },
  [1, 'a', { b: 2 }],
  reading,
  [reading],
  new Station(),
  new Date(),
  loose,
];
for (const data of accepted) channel.send({ event: 'report', data });
channel.send({ data: { celsius: 21 } });
channel.send({ data: reading });
channel.send({ event: 'report', data: [reading] });

// @ts-expect-error await it first
channel.send({ data: Promise.resolve(1) });
// @ts-expect-error await it first
channel.send({ event: 'report', data: Promise.resolve(reading) });
// @ts-expect-error call it
channel.send({ event: 'report', data: () => 1 });
// @ts-expect-error call it
channel.send({ data: async () => reading });
// @ts-expect-error a class is a function
channel.send({ data: Station });
// @ts-expect-error JSON loses the entries
channel.send({ data: new Map([['a', 1]]) });
// @ts-expect-error JSON loses the values
channel.send({ data: new Set([1]) });
// @ts-expect-error JSON has no BigInt
channel.send({ data: 1n });
// @ts-expect-error JSON has no symbols
channel.send({ data: Symbol('a') });
