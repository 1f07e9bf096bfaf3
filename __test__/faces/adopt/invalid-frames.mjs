// Frames that `connection.write()` would refuse.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bodyOf, events, site, TRANSPORTS } from './site.mjs';

const INVALID = {
  'an unknown field': 'dta: 2\n\n',
  'a byte order mark inside the stream': '\uFEFFdata: 2\n\n',
  'a retry that is not a number': 'retry: soon\n\n',
  'NUL in an id': 'id: a\0b\ndata: 2\n\n',
  'no end': 'data: 2\n',
};

for (const [name, { transport, ...how }] of Object.entries(TRANSPORTS)) {
  describe(`adopt over ${name}: an invalid frame`, SOON, () => {
    for (const [what, frame] of Object.entries(INVALID)) {
      test(`with ${what} ends the stream after the frames before it`, async (t) => {
        const { body, seen } = bodyOf([`data: 1\n\n${frame}`], { end: what === 'no end' });
        const { connect, errors } = await site(t, () => events(body), how);
        const client = await connect('/');
        await until(() => client.end, 'the end');
        assert.equal(client.text, 'data: 1\n\n');
        await until(() => errors.length > 0, 'the report');
        assert.deepEqual(
          errors.map(({ code }) => code),
          ['ERR_SSE_FRAME'],
        );
        assert.equal(seen.cancelled, what === 'no end' ? 0 : 1);
      });

      test(`with ${what} passes with invalidFrames: 'pass'`, async (t) => {
        const text = `data: 1\n\n${frame}`;
        const { body } = bodyOf([text]);
        const options = { ...how.options, invalidFrames: 'pass' };
        const { adopted, connect, errors } = await site(t, () => events(body), { ...how, options });
        const client = await connect('/');
        await until(() => client.end, 'the end');
        assert.equal(client.text, text);
        assert.deepEqual(errors, []);
        assert.equal((await adopted[0]).transport, transport);
      });
    }

    test('of more than 1 MiB without an end is refused and freed', async (t) => {
      const piece = 'x'.repeat(64 << 10);
      const { body, seen } = bodyOf(['data: 1\n\ndata: ', ...Array(100).fill(piece)]);
      const { connect, errors } = await site(t, () => events(body), how);
      const client = await connect('/');
      await until(() => client.end && errors.length > 0, 'the end');
      assert.equal(client.text, 'data: 1\n\n');
      assert.equal(errors[0].code, 'ERR_SSE_FRAME');
      await until(() => seen.cancelled === 1, 'the cancel');
      assert.ok(seen.bytes <= (1 << 20) + 2 * piece.length, `${seen.bytes} bytes were read`);
    });

    test('passes if it is long but complete', async (t) => {
      const frame = `data: ${'x'.repeat(3 << 20)}\n\n`;
      const { body } = bodyOf([frame]);
      const { connect, errors } = await site(t, () => events(body), how);
      const client = await connect('/');
      await until(() => client.end, 'the end');
      assert.equal(client.text, frame);
      assert.deepEqual(errors, []);
    });
  });
}
