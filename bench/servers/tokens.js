// Streams of the AI SDK. The last argument selects how they are served: by `adopt`, by `runs` with
// one reader each, by runs with ten `readers` each, or by the AI SDK itself (`pipe`). Each token
// comes in a separate turn of the event loop, like the tokens of a model. Command in addition to
// those of `control.js`:
//
//   cancelled → { cancelled, latest }  the number of cancelled sources, and when the latest was,
//                                      in nanoseconds of the system's monotonic clock

const { createServer } = require('node:http');
const { setImmediate: turn } = require('node:timers/promises');
const { createUIMessageStreamResponse, pipeUIMessageStreamToResponse } = require('ai');
const { adopt } = require('../../fetch.js');
const { aiSdk, createRuns } = require('../../runs.js');
const { run } = require('../control.js');

const runs = createRuns({ authorize: () => true, format: aiSdk });
let requests = 0;

/** That many consecutive requests read one run. */
const read = (readers) => async (req, res) => {
  const id = String(Math.floor(requests / readers));
  const isFirst = requests % readers === 0;
  requests += 1;
  if (isFirst) await runs.start(id, () => makeSource());
  clients += 1;
  res.once('close', () => {
    clients -= 1;
  });
  await runs.respond(req, res, id);
};
/** One source for each client. */
const serve = (answer) => (req, res) => {
  clients += 1;
  res.once('close', () => {
    clients -= 1;
  });
  answer(req, res, makeSource());
};
const WAYS = {
  adopt: serve((req, res, stream) => adopt(req, res, createUIMessageStreamResponse({ stream }))),
  pipe: serve((_req, response, stream) => pipeUIMessageStreamToResponse({ response, stream })),
  runs: read(1),
  readers: read(10),
};

let clients = 0;
/** Sources that have not ended. */
const sources = new Set();
let cancelled = 0;
let latest = 0n;

function makeSource() {
  return new ReadableStream({
    start(source) {
      sources.add(source);
      // The AI SDK writes the head with the first chunk.
      source.enqueue({ type: 'start' });
      this.source = source;
    },
    cancel() {
      sources.delete(this.source);
      cancelled += 1;
      latest = process.hrtime.bigint();
    },
  });
}

const server = createServer(WAYS[process.argv.at(-1)]);

run({
  server,
  count: () => clients,
  async broadcast({ data }) {
    for (const source of sources) {
      source.enqueue({ type: 'data-token', data });
      await turn();
    }
  },
  commands: {
    cancelled: () => ({ cancelled, latest: String(latest) }),
  },
});
