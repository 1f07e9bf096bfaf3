// Streams of the AI SDK, one for each client. The last argument is how they are served: by `adopt`,
// or by the AI SDK itself. Each token comes in a turn of the event loop of its own, as those of
// models do. Has this command besides those of `control.js`:
//
//   cancelled → { cancelled, latest }  how many sources were told to stop, and when the latest was,
//                                      in nanoseconds of the system's monotonic clock

const { createServer } = require('node:http');
const { setImmediate: turn } = require('node:timers/promises');
const { createUIMessageStreamResponse, pipeUIMessageStreamToResponse } = require('ai');
const { adopt } = require('../../fetch.js');
const { run } = require('../control.js');

const WAYS = {
  adopt: (req, res, stream) => adopt(req, res, createUIMessageStreamResponse({ stream })),
  pipe: (_req, response, stream) => pipeUIMessageStreamToResponse({ response, stream }),
};
const serve = WAYS[process.argv.at(-1)];

/** The sources of clients that are connected. */
const sources = new Set();
let cancelled = 0;
let latest = 0n;

const server = createServer((req, res) => {
  const stream = new ReadableStream({
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
  serve(req, res, stream);
});

run({
  server,
  count: () => sources.size,
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
