// Valid frames pass byte for byte, wherever chunk boundaries fall.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { connectRaw } from '../../support/clients/raw.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { events, site } from './site.mjs';

const END = fc.constantFrom('\n', '\r\n', '\r');
const text = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'é', '\u{1F600}', '\uFEFF', '\t') });
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('data:', 'data: ', 'id:', 'event: ', ':', ': '), text)
    .map((it) => it.join('')),
  fc.constantFrom('data', 'id', 'event', 'data: \0', 'retry: 0', 'retry:4294967295'),
);
const lines = fc.array(fc.tuple(line, END), { minLength: 1, maxLength: 5 });
/** A frame with one or more blank lines after it. */
const frame = fc
  .tuple(lines, fc.array(END, { minLength: 1, maxLength: 3 }))
  // A CR followed by an LF would be read as a single line ending.
  .filter(([all, [blank]]) => !(all.at(-1)[1] === '\r' && blank === '\n'))
  .map(([all, blank]) => all.flat().join('') + blank.join(''));
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF', '\n\r\n', '\uFEFF\n'), fc.array(frame, { maxLength: 8 }))
  .map(([start, frames]) => Buffer.from(start + frames.join('')));

/** Cuts bytes at these positions, given as fractions of the length. */
function cut(bytes, places) {
  const cuts = [...new Set(places.map((place) => Math.floor(place * bytes.length)))];
  const ends = [...cuts.sort((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function bodyOf(pieces, isSlow) {
  const rest = [...pieces];
  return new ReadableStream({
    async pull(controller) {
      if (isSlow) await new Promise(setImmediate);
      if (rest.length > 0) controller.enqueue(new Uint8Array(rest.shift()));
      else controller.close();
    },
  });
}

const bytesOf = (client) => Buffer.from(client.chunks().text, 'latin1');

for (const transport of ['auto', 'stream']) {
  describe(`adopt with transport: '${transport}'`, SOON, () => {
    test('sends valid frames byte for byte', async (t) => {
      let current;
      const respond = () => events(bodyOf(current.pieces, current.isSlow));
      const options = { transport, pingInterval: 0 };
      const { adopted, errors, server } = await site(t, respond, { options });
      const { port } = server.address();
      const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
      const property = fc.asyncProperty(stream, places, fc.boolean(), async (bytes, at, isSlow) => {
        errors.length = 0;
        current = { pieces: cut(bytes, at), isSlow };
        const client = await connectRaw({ port, host: '127.0.0.1' });
        client.get();
        await until(() => client.head && client.chunks().complete, 'the last chunk');
        // A byte order mark alone is not sent.
        const expected = bytes.equals(Buffer.from('\uFEFF')) ? Buffer.alloc(0) : bytes;
        assert.deepEqual(bytesOf(client), expected);
        assert.deepEqual(errors, []);
        client.socket.destroy();
      });
      await fc.assert(property, {
        includeErrorInReport: true,
        numRuns: 150,
        interruptAfterTimeLimit: 20_000,
      });
      const expected = transport === 'auto' && process.platform !== 'win32' ? 'native' : 'stream';
      assert.equal((await adopted[0]).transport, expected);
    });
  });
}

describe('adopt: a byte order mark', SOON, () => {
  test('is removed if something was sent before it', async (t) => {
    const bytes = Buffer.from('\uFEFFdata: 1\n\n');
    const { server } = await site(t, () => events(bodyOf([bytes])), { options: { retry: 1 } });
    const client = await connectRaw({ port: server.address().port, host: '127.0.0.1' });
    client.get();
    await until(() => client.head && client.chunks().complete, 'the last chunk');
    assert.equal(client.chunks().text, 'retry: 1\n\ndata: 1\n\n');
    client.socket.destroy();
  });
});
