import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import {
  engine,
  factory,
  pin,
  record,
  records,
  recordsOf,
  run,
  sessions,
  warnings,
} from './factory.mjs';

const session = (disconnected, id = 'a') => pin('registerSession', { id, disconnected });
const channel = (disconnected, properties) =>
  pin('registerChannel', { id: 'c', ...properties, disconnected });
const seen = (what, count = 1) =>
  until(() => recordsOf(what).length >= count, `${count} records of ${what}`);

describe('disconnected', () => {
  afterEach(() => records.splice(0));

  test('runs in the context of the registration', async (t) => {
    const pins = [
      session([
        record('left', { start: '{{privates.START}}', who: '{{request.query.who}}' }),
        record('after', { first: '{{previous.who}}' }),
      ]),
    ];
    const privates = { START: 'secret' };
    const { connect } = await factory(t, { talk: pins }, { privates });
    const [ada, bob] = [await connect('/dp/talk?who=ada'), await connect('/dp/talk?who=bob')];
    bob.leave();
    await seen('after');
    ada.leave();
    await seen('after', 2);
    const [first, second] = recordsOf('left');
    assert.deepEqual(first.properties, { start: 'secret', who: 'bob' });
    assert.deepEqual(second.properties, { start: 'secret', who: 'ada' });
    const after = recordsOf('after').map(({ properties }) => properties.first);
    assert.deepEqual(after, ['bob', 'ada']);
    assert.equal(first.context.protected.req.url, '/dp/talk?who=bob');
    assert.equal(first.context.protected.res.destroyed, true);
    assert.equal(first.context.request.digipair, 'dp');
    assert.deepEqual(first.context.variables, {});
    assert.equal(first.context.__PATH__, 'reasoning[0].disconnected[0]');
  });

  test('runs after the session has left its name and its channels', async (t) => {
    const pins = [
      session([
        pin('push', { id: 'a', message: 1 }),
        record('pushed', { reached: 'EVALUATE:previous' }),
        pin('broadcast', { id: 'c', message: 1 }),
        record('broadcast', { reached: 'EVALUATE:previous' }),
      ]),
      channel(),
    ];
    const { connect } = await factory(t, { talk: pins });
    const client = await connect('/dp/talk');
    client.leave();
    await seen('broadcast');
    assert.equal(recordsOf('pushed')[0].properties.reached, false);
    assert.equal(recordsOf('broadcast')[0].properties.reached, 0);
  });

  test('runs for each session that was registered in the channel with it', async (t) => {
    const { connect } = await factory(t, {
      talk: [session(), channel([record('left', { who: '{{request.query.who}}' })])],
      other: [session(), channel(undefined, {})],
    });
    const [ada, bob] = [await connect('/dp/talk?who=ada'), await connect('/dp/talk?who=bob')];
    const other = await connect('/dp/other');
    other.leave();
    await until(() => sessions.clientCount() === 2, 'a client to leave');
    assert.equal(recordsOf('left').length, 0);
    ada.leave();
    await seen('left');
    bob.leave();
    await seen('left', 2);
    const left = recordsOf('left').map(({ properties }) => properties.who);
    assert.deepEqual(left, ['ada', 'bob']);
  });

  test('runs in the order in which the session and its channels were registered', async (t) => {
    const { connect } = await factory(t, {
      talk: [
        session([record('session')]),
        channel([record('c')]),
        pin('registerChannel', { id: 'd', disconnected: [record('d')] }),
      ],
    });
    (await connect('/dp/talk')).leave();
    await seen('d');
    assert.deepEqual(
      records.map(({ what }) => what),
      ['session', 'c', 'd'],
    );
  });

  test('is replaced by a later registration in the same channel', async (t) => {
    const { connect } = await factory(t, { talk: [session(), channel([record('first')])] });
    const client = await connect('/dp/talk');
    await run(channel([record('second')], { session: { id: 'a' } }));
    await run(channel(undefined, { session: { id: 'a' } }));
    assert.equal(
      await run(pin('broadcast', { id: 'c', message: 1 })),
      1,
      'the session is one member',
    );
    client.leave();
    await seen('second');
    assert.equal(recordsOf('first').length, 0);
  });

  test('runs immediately if the client has already left', async (t) => {
    const gone = [pin('gone', {}, 'test')];
    const { connect } = await factory(t, {
      talk: [
        session([record('session')]),
        ...gone,
        channel([record('channel')]),
        record('done', { count: 'EVALUATE:previous' }),
      ],
    });
    const connecting = connect('/dp/talk');
    await until(() => sessions.clientCount() === 1, 'the session');
    for (const { connection } of sessions.clients()) connection.end();
    await connecting;
    await seen('done');
    await seen('channel');
    assert.equal(recordsOf('session').length, 1);
    assert.equal(recordsOf('done')[0].properties.count.count(), 0);
  });

  test('may be an empty list', async (t) => {
    const { connect } = await factory(t, { talk: [session([])] });
    (await connect('/dp/talk')).leave();
    await until(() => sessions.clientCount() === 0, 'the session to leave');
  });

  describe('a failing pin', () => {
    const fail = (value) => pin('fail', { value }, 'test');

    test('emits a warning, is logged, and stops the pins after it', async (t) => {
      const warned = warnings(t);
      const log = [];
      engine.config.set('LOGGER', (...entry) => entry[0] === 'ERROR' && log.push(entry));
      t.after(() => engine.config.set('LOGGER', () => {}));
      const { connect } = await factory(t, {
        talk: [session([record('before'), fail(), record('after')]), channel([record('channel')])],
      });
      (await connect('/dp/talk')).leave();
      await until(() => warned.length > 0, 'a warning');
      await seen('channel');
      assert.equal(warned[0].name, 'SluiceWarning');
      assert.match(
        warned[0].message,
        /^the pins of reasoning\[0\]\.disconnected failed: a pin has failed$/,
      );
      assert.match(warned[0].detail, /factory\.mjs/, 'the detail has the stack');
      const [[, path, message, context, error]] = log;
      assert.equal(path, 'reasoning[0].disconnected');
      assert.equal(message, warned[0].message);
      assert.equal(context.request.reasoning, 'talk');
      assert.equal(error.message, 'a pin has failed');
      assert.equal(recordsOf('before').length, 1);
      assert.equal(recordsOf('after').length, 0);
    });

    test('may throw any value, and the logger may fail too', async (t) => {
      const warned = warnings(t);
      const values = [{ type: 'OTHER' }, 'text', 5];
      const { connect } = await factory(t, {
        talk: [
          session(),
          ...[...values.map(fail), pin('evil', {}, 'test')].map((failing, place) =>
            pin('registerChannel', { id: `c${place}`, disconnected: [failing] }),
          ),
        ],
      });
      const client = await connect('/dp/talk');
      engine.config.set('LOGGER', (level) => {
        if (level === 'ERROR') throw new Error('the log has failed');
      });
      t.after(() => engine.config.set('LOGGER', () => {}));
      client.leave();
      await until(() => warned.length === values.length + 1, 'a warning for each');
      assert.deepEqual(
        warned.map(({ message }) => message.replace(/.* failed: /, '')),
        ["{ type: 'OTHER' }", "'text'", '5', '{ type: [Getter] }'],
      );
    });

    test('is not one that ends the reasoning or keeps its request open', async (t) => {
      const warned = warnings(t);
      const endings = [
        { type: 'DIGIPAIR_STOP', value: {} },
        { type: 'DIGIPAIR_KEEPALIVE' },
        'DIGIPAIR_KEEPALIVE',
      ];
      const { connect } = await factory(t, {
        talk: [
          session(),
          ...endings.map((value, place) =>
            pin('registerChannel', {
              id: `c${place}`,
              disconnected: [record('before'), fail(value)],
            }),
          ),
          channel([fail()]),
        ],
      });
      (await connect('/dp/talk')).leave();
      await until(() => warned.length > 0, 'the warning of the last');
      assert.equal(recordsOf('before').length, endings.length);
      assert.equal(warned.length, 1);
    });

    test('is skipped with a warning if it is not a pin at all', async (t) => {
      const warned = warnings(t);
      const { connect } = await factory(t, {
        talk: [session([{ type: 'notify', message: 'left' }, record('real')])],
      });
      (await connect('/dp/talk')).leave();
      await seen('real');
      await until(() => warned.length > 0, 'a warning');
      assert.match(warned[0].message, /disconnected\[0\] is not a pin/);
    });
  });
});
