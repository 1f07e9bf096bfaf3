// Hono: streamSSE, read with the parser that many clients share.
import { getRequestListener } from '@hono/node-server';
import { createParser } from 'eventsource-parser';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { sameEvents } from './paths.mjs';

const make = () => {
  const app = new Hono();
  app.get('/', (c) =>
    streamSSE(c, async (stream) => {
      for (let n = 1; n <= 4; n += 1) {
        await stream.writeSSE({ id: String(n), event: 'count', data: `é\n${n}`, retry: 10 });
      }
    }),
  );
  return { fetch: (request) => app.fetch(request), node: getRequestListener(app.fetch) };
};

sameEvents('adopt: Hono', make, async (origin) => {
  const { body } = await fetch(origin);
  const seen = [];
  const parser = createParser({ onEvent: (event) => seen.push(event) });
  for await (const text of body.pipeThrough(new TextDecoderStream())) parser.feed(text);
  return seen;
});
