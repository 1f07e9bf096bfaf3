// Tests runs in the format of AI SDK 7 with its own clients.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { Chat } from '@ai-sdk/react';
import { WorkflowChatTransport } from '@ai-sdk/workflow/client';
import { createUIMessageStream, DefaultChatTransport } from 'ai';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { listen } from '../support/listen.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { aiSdk, controlled, createRuns } from './site.mjs';

const ANSWER = ['It ', 'is ', 'forty-', 'two.'];
const user = (text) => ({ id: 'u', role: 'user', parts: [{ type: 'text', text }] });
const textOf = (message) =>
  message?.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('');

/** Chunks in the form of `toUIMessageStream()`. */
const chunksOf = (pieces) => [
  { type: 'start', messageId: 'answer' },
  { type: 'text-start', id: '1' },
  ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta })),
  { type: 'text-end', id: '1' },
  { type: 'finish' },
];

/** As useChat expects, POST starts a run with the id of the chat, and GET resumes it. */
async function serve(t, source, settings) {
  const runs = createRuns({ authorize: () => true, format: aiSdk, onError: () => {}, ...settings });
  const requests = [];
  const server = http.createServer(async (req, res) => {
    requests.push(`${req.method} ${req.url}`);
    if (req.method === 'GET') return runs.respond(req, res, req.url.split('/')[3]);
    let body = '';
    for await (const chunk of req.setEncoding('utf8')) body += chunk;
    const { id = 'chat' } = JSON.parse(body);
    await runs.start(id, source);
    await runs.respond(req, res, id);
  });
  const running = await listen(server, 'http', connectHTTP1);
  t.after(async () => {
    await runs.close();
    await running.close();
  });
  return { runs, requests, api: `${running.origin}/api/chat` };
}

const chatOf = (api, messages = []) =>
  new Chat({ id: 'chat', messages, transport: new DefaultChatTransport({ api }) });

describe('a run read by AI SDK 7', SOON, () => {
  test('has its headers, its chunks and its end', async (t) => {
    const { runs, api } = await serve(t, () =>
      createUIMessageStream({
        execute: ({ writer }) => {
          for (const chunk of chunksOf(ANSWER)) writer.write(chunk);
        },
      }),
    );
    const response = await fetch(api, { method: 'POST', body: '{"id":"chat"}' });
    assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), 'v1');
    assert.equal(response.headers.get('x-workflow-run-id'), 'chat');
    const text = await response.text();
    assert.match(text, /data: \{"type":"start"[^\n]*\}\n\n[\s\S]*data: \[DONE\]\n\n/);
    // An ended run is not resumed.
    assert.equal((await runs.status('chat')).state, 'done');
    assert.equal((await fetch(`${api}/chat/stream`)).status, 204);
    assert.equal((await fetch(`${api}/other/stream`)).status, 204);
  });

  test('useChat gets the whole answer after a reload during the run', async (t) => {
    const { source, give, end } = controlled();
    const { api } = await serve(t, source, { compact: true });
    const first = chatOf(api);
    const sent = first.sendMessage({ text: 'What is it?' });
    const chunks = chunksOf(ANSWER);
    give(...chunks.slice(0, 4));
    await until(() => textOf(first.lastMessage) === 'It is ', 'the beginning');
    await first.stop();
    await sent;
    // The page is reloaded with the message of the user.
    const second = chatOf(api, [user('What is it?')]);
    const resumed = second.resumeStream();
    await until(() => textOf(second.lastMessage) === 'It is ', 'the same beginning');
    give(...chunks.slice(4));
    end();
    await resumed;
    assert.equal(textOf(second.lastMessage), ANSWER.join(''));
    assert.equal(second.messages.length, 2);
    assert.equal(second.status, 'ready');
    // The run has ended, so there is nothing to resume.
    const third = chatOf(api, second.messages);
    await third.resumeStream();
    assert.deepEqual(third.messages, second.messages);
  });

  test('can be stopped after a resume, and its readers end', async (t) => {
    const { source, give, state } = controlled();
    const { runs, api } = await serve(t, source);
    const first = chatOf(api);
    const sent = first.sendMessage({ text: 'What is it?' });
    give(...chunksOf(ANSWER).slice(0, 3));
    await until(() => textOf(first.lastMessage) === 'It ', 'the beginning');
    const second = chatOf(api, [user('What is it?')]);
    const resumed = second.resumeStream();
    await until(() => textOf(second.lastMessage) === 'It ', 'the same beginning');
    assert.equal(await runs.stop('chat'), true);
    await Promise.all([sent, resumed]);
    assert.equal(state.signal.aborted, true);
    for (const chat of [first, second]) {
      assert.equal(chat.status, 'ready');
      assert.equal(textOf(chat.lastMessage), 'It ');
    }
  });

  test('reports a failure once', async (t) => {
    const { source, give } = controlled();
    const { api } = await serve(t, async function* (context) {
      yield* chunksOf(ANSWER).slice(0, 3);
      for await (const _ of source(context)) throw new Error('a secret');
    });
    const chat = chatOf(api);
    const sent = chat.sendMessage({ text: 'What is it?' });
    await until(() => textOf(chat.lastMessage) === 'It ', 'the beginning');
    give('fail');
    await sent;
    assert.equal(chat.status, 'error');
    assert.match(chat.error.message, /could not be completed/);
  });
});

describe('a run read by WorkflowChatTransport', SOON, () => {
  const send = { trigger: 'submit-message', chatId: 'chat', messages: [user('What is it?')] };

  async function collect(stream) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  test('is complete even if the connection breaks during the run', async (t) => {
    const { source, give, end } = controlled();
    const { api, requests } = await serve(t, source);
    const chunks = chunksOf(ANSWER);
    let cut;
    /** Lets the test cut the body of the first response. */
    const fetching = async (url, init) => {
      const response = await fetch(url, init);
      if (cut) return response;
      const { readable, writable } = new TransformStream();
      cut = new AbortController();
      response.body.pipeTo(writable, { signal: cut.signal }).catch(() => {});
      return new Response(readable, response);
    };
    const errors = t.mock.method(console, 'error', () => {});
    const transport = new WorkflowChatTransport({ api, fetch: fetching });
    const reading = collect(await transport.sendMessages(send));
    give(...chunks.slice(0, 3));
    await until(() => cut, 'the response');
    cut.abort();
    await until(() => requests.length === 2, 'the second request');
    give(...chunks.slice(3));
    end();
    assert.deepEqual(await reading, chunks);
    assert.match(requests[1], /GET \/api\/chat\/chat\/stream\?startIndex=\d/);
    assert.equal(errors.mock.callCount(), 1);
  });

  test('can be read from an index or from the end', async (t) => {
    const { runs, api } = await serve(t, () => chunksOf(ANSWER));
    await (await runs.start('chat', () => chunksOf(ANSWER))).finished;
    const transport = new WorkflowChatTransport({ api });
    for (const [startIndex, expected] of [
      [0, chunksOf(ANSWER)],
      [1, chunksOf(ANSWER).slice(1)],
      [-1, [{ type: 'finish' }]],
    ]) {
      const stream = await transport.reconnectToStream({ chatId: 'chat', startIndex });
      assert.deepEqual(await collect(stream), expected, `startIndex ${startIndex}`);
    }
    const { headers } = await fetch(`${api}/chat/stream?startIndex=-2`);
    assert.equal(headers.get('x-workflow-stream-tail-index'), String(chunksOf(ANSWER).length - 1));
  });
});
