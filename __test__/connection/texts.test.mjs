// Tests that text of any length and any characters reaches the client. The core reads short texts
// into a buffer, and allocates memory for longer ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as server from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

/** Size of the buffer that the texts of an event share, in bytes. */
const ROOM = 4096;
/** Characters of one to four bytes, and a lone surrogate, which becomes U+FFFD. */
const CHARACTERS = ['a', 'é', '€', '\u{1F600}', '\uD83D'];

const bytesOf = (text) => Buffer.byteLength(text.toWellFormed());

/** Texts of about `bytes` bytes. Leading letters shift the characters to every offset. */
function* textsOf(bytes) {
  for (const character of CHARACTERS) {
    for (let letters = 0; letters < 4; letters++) {
      const count = Math.floor((bytes - letters) / bytesOf(character));
      if (count >= 0) yield 'x'.repeat(letters) + character.repeat(count);
    }
  }
}

const frameOf = ({ id, event, data, comment }) =>
  [
    comment === undefined ? '' : `:${comment && ` ${comment}`}\n`,
    id === undefined ? '' : `id:${id && ` ${id}`}\n`,
    event === undefined ? '' : `event:${event && ` ${event}`}\n`,
    `data:${data && ` ${data}`}\n\n`,
  ]
    .join('')
    .toWellFormed();

async function assertSent(send, client, events) {
  for (const event of events) {
    client.text = '';
    send(event);
    const expected = frameOf(event);
    await client.has(expected.slice(-40));
    assert.equal(client.text, expected);
  }
}

test('a text of any length and any characters arrives complete', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  for (let bytes = ROOM - 12; bytes < ROOM + 4; bytes++) {
    for (const data of textsOf(bytes)) {
      await assertSent((event) => connection.send(event), client, [{ data }]);
    }
  }
});

test('several texts of one event share the buffer', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  const channel = new sluice.Channel({ historySize: 0 });
  channel.add(connection);
  const events = [];
  for (const first of [0, 1, ROOM / 2, ROOM - 6, ROOM - 5, ROOM - 1, ROOM, 2 * ROOM]) {
    for (const second of [0, 1, ROOM / 2 - 5, ROOM / 2, ROOM]) {
      const [id, event] = ['é'.repeat(first / 2), '€'.repeat(second / 3)];
      events.push({ id, event, data: '\u{1F600}', comment: 'c'.repeat(second) });
      events.push({ id, data: 'd'.repeat(second) }, { event, data: '' });
    }
  }
  await assertSent((event) => channel.send(event), client, events);
});
