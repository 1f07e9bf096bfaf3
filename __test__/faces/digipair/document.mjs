import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { factory, pin, record, recordsOf, run, sessions, warnings } from './factory.mjs';

// Copied from the document.
const REGISTER_SESSION = JSON.parse(`{
  "library": "@digipair/skill-sse",
  "element": "registerSession",
  "properties": {
    "id": "session_12345",
    "disconnected": [
      {
        "type": "notify",
        "message": "Session disconnected"
      }
    ]
  }
}`);
const REGISTER_CHANNEL = JSON.parse(`{
  "library": "@digipair/skill-sse",
  "element": "registerChannel",
  "properties": {
    "session": { "id": "session_12345" },
    "id": "channel_abc",
    "disconnected": [
      {
        "type": "log",
        "message": "Channel disconnected"
      }
    ]
  }
}`);
const PUSH = JSON.parse(`{
  "library": "@digipair/skill-sse",
  "element": "push",
  "properties": {
    "id": "session_12345",
    "message": { "text": "Hello, world!" },
    "reasoning": "greeting",
    "digipair": "dp_001"
  }
}`);
const BROADCAST = JSON.parse(`{
  "library": "@digipair/skill-sse",
  "element": "broadcast",
  "properties": {
    "message": { "text": "System update available" },
    "event": "update",
    "id": "channel_abc",
    "reasoning": "system",
    "digipair": "dp_001"
  }
}`);

const both = { greeting: [REGISTER_SESSION], system: [REGISTER_SESSION, REGISTER_CHANNEL] };

describe('@digipair/skill-sse', () => {
  test('registerSession', async (t) => {
    const seen = warnings(t);
    const { connect, results } = await factory(t, both);
    const client = await connect('/dp_001/greeting');
    assert.equal(client.status, 200);
    assert.match(client.headers['content-type'], /^text\/event-stream/);
    assert.equal(results[0].result.id, 'session_12345');
    assert.equal(client.end, undefined, 'the stream outlives the reasoning');
    client.leave();
    await until(() => seen.length > 0, 'a warning');
    assert.equal(seen[0].name, 'SluiceWarning');
    assert.match(seen[0].message, /disconnected\[0\] is not a pin: it needs a `library`/);
  });

  test('registerChannel', async (t) => {
    const seen = warnings(t);
    const { connect, results } = await factory(t, both);
    const client = await connect('/dp_001/system');
    assert.equal(results[0].result.id, 'channel_abc');
    assert.equal(results[0].result.count(), 1);
    client.leave();
    await until(() => seen.length > 1, 'the warnings for the session and the channel');
  });

  test('push', async (t) => {
    const { connect } = await factory(t, both);
    warnings(t);
    const client = await connect('/dp_001/greeting');
    assert.equal(await run(PUSH, { digipair: 'dp_002', reasoning: 'other' }), true);
    assert.match(
      await client.has('!"}\n\n'),
      /^event: message\ndata: \{"text":"Hello, world!"\}\n\n$/m,
    );
  });

  test('broadcast', async (t) => {
    const { connect } = await factory(t, both);
    warnings(t);
    const clients = [await connect('/dp_001/system'), await connect('/dp_001/system')];
    assert.equal(await run(BROADCAST, { digipair: 'dp_002', reasoning: 'other' }), 2);
    for (const client of clients) {
      await client.has('event: update\ndata: {"text":"System update available"}\n\n');
    }
  });

  test('notes: actions are executed when a connection is lost', async (t) => {
    const goodbye = { disconnected: [record('notes', { name: '{{request.query.name}}' })] };
    const reasonings = { notes: [pin('registerSession', { id: 'a', ...goodbye })] };
    const { connect } = await factory(t, reasonings);
    const client = await connect('/dp/notes?name=ada');
    assert.equal(recordsOf('notes').length, 0);
    client.leave();
    await until(() => recordsOf('notes').length > 0, 'the action');
    assert.deepEqual(recordsOf('notes')[0].properties, { name: 'ada' });
  });

  test('notes: a message may have any structure', async (t) => {
    const reasonings = { notes: [pin('registerSession', { id: 'a' })] };
    const { connect } = await factory(t, reasonings);
    const client = await connect('/dp/notes');
    const messages = [{ a: [1, { b: 'c' }] }, ['x', 2], 'plain\ntext', 5, false, '', 'é 🌊'];
    for (const message of messages) {
      await run(pin('push', { id: 'a', message }), { reasoning: 'notes' });
    }
    const data = await client.count(messages.length);
    assert.deepEqual(
      data.map((text) => JSON.parse(text)),
      messages,
    );
  });

  test('notes: reasoning and digipair are optional', async (t) => {
    const reasonings = { notes: [pin('registerChannel', { id: 'c' })] };
    const { connect } = await factory(t, reasonings);
    const client = await connect('/dp/notes');
    const message = { here: true };
    const own = { reasoning: 'notes' };
    assert.equal(await run(pin('broadcast', { id: 'c', message }), own), 1);
    assert.equal(await run(pin('broadcast', { id: 'c', message, reasoning: 'notes' })), 1);
    assert.equal(
      await run(pin('broadcast', { id: 'c', message })),
      0,
      'the channel belongs to another reasoning',
    );
    assert.equal(
      await run(pin('broadcast', { id: 'c', message, digipair: 'dp' }), {
        ...own,
        digipair: 'other',
      }),
      1,
    );
    await client.count(3);
    assert.equal(sessions.clientCount(), 1);
  });
});
