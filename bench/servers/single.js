// The first connections are members of a channel. `broadcast` sends only to the loner. Commands in
// addition to those of `control.js`:
//
//   loner                → { waits }    the next connection is the loner
//   flood EVENTS RATE    → { floods }   broadcasts begin, and continue after the answer
//   flooded              → { sent }     waits until they have ended

const { createServer } = require('node:http');
const { Channel, Connection } = require('../..');
const { broadcast, run } = require('../control.js');

const channel = new Channel();
let waitsForLoner = false;
let loner;
let flood;

const server = createServer((req, res) => {
  const connection = new Connection(req, res);
  if (waitsForLoner) loner = connection;
  else channel.add(connection);
});

run({
  server,
  count: () => (waitsForLoner ? Number(loner !== undefined) : channel.count()),
  broadcast: (event) => {
    loner.send(event);
  },
  commands: {
    loner: () => {
      waitsForLoner = true;
      return { waits: true };
    },
    flood: (events, rate) => {
      flood = broadcast((event) => channel.send(event), events, rate);
      return { floods: true };
    },
    flooded: () => flood,
  },
});
