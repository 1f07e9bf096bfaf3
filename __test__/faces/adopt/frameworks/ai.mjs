// The AI SDK: UI message streams, read by its chat transport.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createUIMessageStream,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  pipeUIMessageStreamToResponse,
} from 'ai';
import { SOON } from '../../../support/soon.mjs';
import { adopting, fetchHTTP2, sameEvents } from './paths.mjs';

const answer = () =>
  createUIMessageStream({
    async execute({ writer }) {
      writer.write({ type: 'start', messageId: 'm' });
      writer.write({ type: 'text-start', id: 't' });
      for (const delta of ['Hello', ' wörld', '\n\ndata: x', ' \u{1F600}']) {
        writer.write({ type: 'text-delta', id: 't', delta });
        await new Promise(setImmediate);
      }
      writer.write({ type: 'text-end', id: 't' });
      writer.write({ type: 'finish' });
    },
  });

const make = () => ({
  fetch: async (request) => {
    await request.json();
    return createUIMessageStreamResponse({ stream: answer() });
  },
  node: (_req, response) => pipeUIMessageStreamToResponse({ response, stream: answer() }),
});

async function read(origin, fetch) {
  const transport = new DefaultChatTransport({ api: `${origin}/chat`, fetch });
  const stream = await transport.sendMessages({
    chatId: 'c',
    trigger: 'submit-message',
    messages: [{ id: 'u', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  });
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

sameEvents('adopt: the AI SDK', make, (origin) => read(origin));

test('adopt: the AI SDK: its client reads its stream over HTTP/2', SOON, async (t) => {
  const { connections, errors, origin } = await adopting(t, make().fetch, { isHTTP2: true });
  const parts = await read(origin, fetchHTTP2(t));
  const expected = [];
  for await (const part of answer()) expected.push(part);
  assert.deepEqual(parts, expected);
  assert.deepEqual([connections.length, connections[0].transport, errors], [1, 'stream', []]);
});
