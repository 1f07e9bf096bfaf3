// Events of JSON. The last argument names one of four ways to serve them:
//
//   plain       by sluice, unchanged
//   gzip        by sluice, which compresses them
//   written     by `node:http`, unchanged
//   middleware  by `node:http` and the package `compression`, flushed after each event

const { createServer } = require('node:http');
const { Channel, Connection } = require('../..');
const { run } = require('../control.js');

/** The number of lists of items. */
const LISTS = 50;

let seed = 1;
/** A number below `limit`, the same in each process. */
function next(limit) {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * limit);
}

const item = () => ({
  product: `P${next(1000)}`,
  price: next(100_000) / 100,
  amount: next(10_000),
  change: (next(200) - 100) / 1000,
});

/** Items of that many bytes in total. */
function itemsOf(size) {
  const items = [];
  while (JSON.stringify(items).length < size) items.push(item());
  return items;
}

/** The items, by size. */
const lists = new Map();

function withItems({ id, event, data: { text, sent } }) {
  const size = text.length;
  if (!lists.has(size))
    lists.set(
      size,
      Array.from({ length: LISTS }, () => itemsOf(size)),
    );
  return { id, event, data: { sent, items: lists.get(size)[Number(id) % LISTS] } };
}

function sluice(options) {
  const channel = new Channel();
  return {
    server: createServer((req, res) => {
      channel.add(new Connection(req, res, options));
    }),
    count: () => channel.count(),
    broadcast: (event) => {
      channel.send(withItems(event));
    },
  };
}

/** `through`: a middleware, which may replace the response's methods. */
function written(through) {
  const responses = new Set();
  return {
    server: createServer((req, res) => {
      through(req, res, () => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        res.flushHeaders();
        responses.add(res);
        res.on('close', () => responses.delete(res));
      });
    }),
    count: () => responses.size,
    broadcast: (given) => {
      const { id, event, data } = withItems(given);
      const frame = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const res of responses) {
        res.write(frame);
        res.flush?.();
      }
    },
  };
}

const WAYS = {
  plain: () => sluice({}),
  gzip: () => sluice({ compress: ['gzip'] }),
  written: () => written((_req, _res, next) => next()),
  middleware: () => written(require('compression')()),
};

run(WAYS[process.argv.at(-1)]());
