// The AI SDK: UI message streams, read by its chat transport.
import {
  createUIMessageStream,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  pipeUIMessageStreamToResponse,
} from 'ai';
import { sameEvents } from './paths.mjs';

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

sameEvents('adopt: the AI SDK', make, async (origin) => {
  const transport = new DefaultChatTransport({ api: `${origin}/chat` });
  const stream = await transport.sendMessages({
    chatId: 'c',
    trigger: 'submit-message',
    messages: [{ id: 'u', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  });
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
});
