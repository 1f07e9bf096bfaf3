// Tests that one event is exactly one frame on the wire, with any field values and every sender.
import assert from 'node:assert/strict';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { event as arbitraryEvent, decoded } from '../support/arbitrary-event.mjs';
import { until } from '../support/until.mjs';
import { runCases, serve } from './run-cases.mjs';

const seed = Date.now() % 2 ** 31;
const SAFE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The complete frames of a text. */
const framesOf = (text) => text.split('\n\n').slice(0, -1);
const isPrimer = (frame) => /^id: [^\n]+$/.test(frame);
const idOf = (frame) => /^id: ?(.*)$/m.exec(frame)?.[1];

/** Sends events and returns their frames, after all earlier events have arrived. */
async function read({ client, senders }, send) {
  const { encode = String, send: sendMark } = Object.values(senders)[0];
  const mark = async (data, start) => {
    await sendMark({ data });
    const text = `data: ${encode(data)}\n\n`;
    await until(
      () => client.text.includes(text, start),
      () => `${JSON.stringify(text)} in ${JSON.stringify(client.text.slice(start))}`,
    );
    return client.text.indexOf(text, start) + text.length;
  };
  const start = await mark('the start', client.text.length);
  await send();
  const end = await mark('the end', start);
  return framesOf(client.text.slice(start, end))
    .slice(0, -1)
    .filter((frame) => !isPrimer(frame));
}

/** Decodes frames like a conforming client. */
function decode(frames) {
  const events = [];
  const parser = createParser({
    onEvent: ({ id, event: type = 'message', data }) => events.push({ id, type, data }),
    // A broker sends the topic in a separate field.
    onError: (error) => assert.match(error.message, /Unknown field "topic"/),
  });
  for (const frame of frames) parser.feed(`${frame}\n\n`);
  return events;
}

const only = (event, fields) =>
  Object.fromEntries(Object.entries(event).filter(([field]) => fields.includes(field)));

const BREAKS = ['\r', '\n', '\r\n', '\0'];
const forgeries = BREAKS.flatMap((end) => [`a${end}data: forged`, `${end}b`, `a${end}`, end]);

runCases({
  'CR, LF and NUL in event and id throw, and no part of the event is sent': async (t, entry) => {
    const stream = await (await serve(t, entry)).open();
    const frames = await read(stream, async () => {
      for (const [name, { takes, send }] of Object.entries(stream.senders)) {
        for (const field of ['event', 'id'].filter((each) => takes.includes(each))) {
          for (const value of forgeries) {
            await assert.rejects(
              async () => send({ data: 'forged', [field]: value }),
              (error) => {
                assert.equal(error.code, 'ERR_SSE_FIELD', name);
                assert.ok(error instanceof TypeError);
                assert.match(error.message, new RegExp(field));
                assert.doesNotMatch(error.message, /forged|[\r\0]/);
                return true;
              },
            );
          }
        }
      }
    });
    assert.deepEqual(
      frames.filter((frame) => frame.includes('forged')),
      [],
    );
  },

  'an empty id and a retry of 0 are sent': async (t, entry) => {
    const stream = await (await serve(t, entry)).open();
    for (const [name, { takes, send }] of Object.entries(stream.senders)) {
      const legal = only({ id: '', retry: 0, data: 'x' }, takes);
      const frames = await read(stream, () => send(legal));
      const [frame] = frames.filter((each) => /^data: "?x"?$/m.test(each));
      if (takes.includes('id')) assert.match(frame, /^id:$/m, name);
      if (takes.includes('retry')) assert.match(frame, /^retry: 0$/m, name);
    }
  },

  'a retry that is not a whole number of milliseconds throws': async (t, entry) => {
    const stream = await (await serve(t, entry)).open();
    for (const [name, { takes, send }] of Object.entries(stream.senders)) {
      if (!takes.includes('retry')) continue;
      for (const retry of [
        '5',
        '5\ndata: forged',
        -1,
        1.5,
        Number.NaN,
        Infinity,
        2 ** 32,
        5n,
        {},
      ]) {
        await assert.rejects(
          async () => send({ data: 'x', retry }),
          { code: 'ERR_SSE_RETRY' },
          name,
        );
      }
      const [frame] = await read(stream, () => send({ data: 'x', retry: 2 ** 32 - 1 }));
      assert.match(frame, /^retry: 4294967295$/m, name);
    }
  },

  'an event without a field throws': async (t, entry) => {
    const stream = await (await serve(t, entry)).open();
    for (const [name, { send }] of Object.entries(stream.senders)) {
      const error = ({ code }) => /^ERR_SSE_(EMPTY|DATA)$/.test(code);
      await assert.rejects(async () => send({ data: undefined }), error, name);
    }
  },

  'write() accepts only complete frames': {
    needs: ['write', 'connection'],
    async run(t, entry) {
      const stream = await (await serve(t, entry)).open();
      const frames = await read(stream, () => {
        for (const write of stream.write) {
          for (const text of ['data: a', 'data: a\n', 'data: a\n\ndata: b', 'nonsense\n\n', '']) {
            assert.throws(() => write(text), { code: 'ERR_SSE_FRAME', name: 'TypeError' });
          }
          write('data: whole\r\ndata: frame\r\n\r\n');
        }
      });
      const whole = frames.map((frame) => frame.replace(/^(id|topic): .*\n/gm, ''));
      assert.deepEqual(
        whole,
        stream.write.map(() => 'data: whole\ndata: frame'),
      );
    },
  },

  'a conforming client reads the same events, with line ends as LF': async (t, entry) => {
    const stream = await (await serve(t, entry)).open();
    assert.doesNotMatch(stream.client.text, /^\uFEFF/);
    for (const [name, { takes, encode = String, send }] of Object.entries(stream.senders)) {
      const property = fc.asyncProperty(
        fc.array(arbitraryEvent, { minLength: 1, maxLength: 10 }),
        async (given) => {
          const events = given.map((event) => only(event, takes));
          const frames = await read(stream, async () => {
            for (const event of events) await send(event);
          });
          const received = decode(frames);
          const encoded = events.map(({ data, ...event }) => ({ ...event, data: encode(data) }));
          const expected = decoded(encoded).map(({ type, data }, n) => {
            // An event without an id can get one.
            const id = events[n].id?.toWellFormed() ?? received[n]?.id;
            return { id, type, data };
          });
          assert.deepEqual(received, expected, name);
        },
      );
      await fc.assert(property, { seed, numRuns: 40, includeErrorInReport: true });
    }
  },

  'a first frame sets retry, and a primer sets the cursor before any event': {
    needs: ['options'],
    async run(t, entry) {
      const { open } = await serve(t, entry, { options: { retry: 777 } });
      const stream = await open();
      const { client, publish } = stream;
      await publish({ data: 'one' });
      const hasEvent = () => framesOf(client.text).some((frame) => /^data: one$/m.test(frame));
      await until(hasEvent, 'the whole event');
      const frames = framesOf(client.text);
      assert.equal(frames[0], 'retry: 777');
      // The first event opens the stream of `SE`, and its id is the cursor.
      const first = frames.findIndex((frame) => idOf(frame) !== undefined);
      const event = frames.findIndex((frame) => /^data: (one|opened)$/m.test(frame));
      assert.ok(first > 0 && first <= event, client.text);
      assert.match(idOf(frames[first]), SAFE_ID);
    },
  },

  'generated ids are short, safe and unique': async (t, entry) => {
    const { open } = await serve(t, entry);
    const streams = [await open(), await open()];
    for (let n = 0; n < 20; n += 1) {
      for (const { publish } of streams) await publish({ data: 'x' });
    }
    for (const { client } of streams) {
      await until(
        () => client.data.filter((data) => /^"?x"?$/.test(data)).length >= 20,
        '20 events',
      );
      const frames = framesOf(client.text).filter((frame) => /^data: "?x"?$/m.test(frame));
      const ids = frames.map(idOf);
      for (const id of ids) assert.match(id, SAFE_ID);
      assert.equal(new Set(ids).size, ids.length);
    }
  },

  'pings never carry an id': {
    needs: ['options'],
    async run(t, entry) {
      const { open } = await serve(t, entry, { options: { pingInterval: 10 } });
      const { client, publish } = await open();
      await publish({ data: 'x' });
      const pings = () => framesOf(client.text).filter((frame) => frame.startsWith(':'));
      await until(() => pings().length >= 3, 'three pings');
      for (const ping of pings()) assert.match(ping, /^:[^\n]*$/);
    },
  },
});
