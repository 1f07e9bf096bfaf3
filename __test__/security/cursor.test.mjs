// `Last-Event-ID` is read strictly and grants no access, at every entry point.
import assert from 'node:assert/strict';
import { until } from '../support/until.mjs';
import { runCases, serve } from './run-cases.mjs';

const latin1 = (text) => Buffer.from(text).toString('latin1');
/** The seid of `SE` is the user. Other faces ignore the header. */
const asked = (cursor) => ({
  headers: { 'x-user': 'ann', ...(cursor !== undefined && { 'Last-Event-ID': cursor }) },
});
/** The received ids without duplicates. A primer can have the id of an event. */
const idsOf = ({ text }) => [...new Set(Array.from(text.matchAll(/^id: (.+)$/gm), ([, id]) => id))];

/**
 * Sends three events, and lets the client leave after it has read them. Returns functions for a
 * returning client. `ids`: the prefix of the application's event ids.
 */
async function returning(t, entry, { options, joins, ids } = {}) {
  const { open, opened } = await serve(t, entry, { options, joins });
  const first = await open(asked());
  for (const n of [1, 2, 3]) {
    await first.publish({ data: `event ${n}`, id: ids && `${ids}${n}` });
  }
  if (joins !== false) await first.client.has('event 3');
  const { client, connection } = first;
  client.leave();
  await until(() => connection?.closed ?? client.end, 'the client to leave');
  return {
    ids: idsOf(client),
    opened,
    /** Reconnects with a cursor, and waits for an event that is sent after that. */
    async back(cursor, query) {
      const stream = await openFree(open, cursor, query);
      await stream.publish({ data: 'live' });
      await stream.client.has('live');
      return stream;
    },
  };
}

/** `SE` responds with 409 until it has detected that the user's last client has left. */
async function openFree(open, cursor, query) {
  return until(async () => {
    const stream = await open(asked(cursor), query);
    if (stream.client.status === 200) return stream;
    stream.client.leave();
    return undefined;
  }, 'a free seid');
}

const hasNot = ({ text }, ...numbers) => {
  for (const n of numbers) assert.doesNotMatch(text, new RegExp(`event ${n}`));
};

const isGap = ({ text }) => /^event: sluice\.reset$/m.test(text);

runCases({
  'a returning client gets the missed events': async (t, entry) => {
    const { back, ids } = await returning(t, entry);
    // A primer or a first event precedes the three events.
    const { client } = await back(ids.at(-2));
    await client.has('event 3');
    hasNot(client, 1, 2);
  },

  'the bytes of a cursor are decoded as UTF-8': {
    needs: ['ids'],
    async run(t, entry) {
      const { back } = await returning(t, entry, { ids: 'Zürich ☀ ' });
      const { client } = await back(latin1('Zürich ☀ 2'));
      await client.has('event 3');
      hasNot(client, 1, 2);
    },
  },

  'a cursor longer than 1 KiB is ignored': {
    needs: ['ids'],
    async run(t, entry) {
      const { back } = await returning(t, entry, {
        ids: 'x'.repeat(1023),
        options: entry.lacks?.onGap ? {} : { onGap: 'reset' },
      });
      const longest = await back(`${'x'.repeat(1023)}2`);
      await longest.client.has('event 3');
      longest.client.leave();
      const tooLong = await back(`${'x'.repeat(1024)}2`);
      hasNot(tooLong.client, 1, 2, 3);
      assert.equal(isGap(tooLong.client), false);
    },
  },

  'an unknown cursor, odd bytes and two headers cause a gap and no error': {
    needs: ['onGap'],
    async run(t, entry) {
      const { back, ids } = await returning(t, entry, { options: { onGap: 'reset' } });
      const two = [ids[0], ids.at(-1)];
      for (const cursor of ['unknown', '-', `${ids[0]}0x`, '\xff\xfe\x80', two]) {
        const { client } = await back(cursor);
        hasNot(client, 1, 2, 3);
        assert.equal(isGap(client), true, `a gap for ${JSON.stringify(cursor)}: ${client.text}`);
        client.leave();
      }
    },
  },

  'the query is ignored unless the option is set': {
    async run(t, entry) {
      const closed = await returning(t, entry);
      const query = `?lastEventId=${closed.ids.at(-2)}&last-event-id=${closed.ids.at(-2)}`;
      const { client } = await closed.back(undefined, query);
      hasNot(client, 1, 2, 3);
    },
  },

  'the query parameter of the option is read like the header': {
    needs: ['cursorQuery'],
    async run(t, entry) {
      const { back, ids } = await returning(t, entry, { options: { cursorQuery: 'after' } });
      const { client } = await back(undefined, `?after=${ids.at(-2)}`);
      await client.has('event 3');
      hasNot(client, 1, 2);
      client.leave();
      const long = await back(undefined, `?after=${'x'.repeat(1025)}`);
      hasNot(long.client, 1, 2, 3);
    },
  },

  'a cursor grants no access: a client without memberships gets no events': {
    needs: ['joining'],
    async run(t, entry) {
      const known = await returning(t, entry);
      const { open } = await serve(t, entry, { joins: false });
      const { client, senders } = await open(asked(known.ids[0]));
      await Object.values(senders)[0].send({ data: 'to this client' });
      await client.has('to this client');
      hasNot(client, 1, 2, 3);
    },
  },
});
