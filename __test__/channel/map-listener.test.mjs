import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const { Channel, MapListener } = sluice;
const listeners = (emitter) => emitter.listenerCount('close');

test('a MapListener is a Map', () => {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener();
  assert.ok(map instanceof Map);
  assert.equal(map.set('a', a).set('b', b), map);
  assert.equal(map.get('a'), a);
  assert.equal(map.size, 2);
  assert.deepEqual([...map.keys()], ['a', 'b']);
});

test('the constructor accepts the arguments of Map', () => {
  const value = new EventEmitter();
  const map = new MapListener(new Map([['a', value]]));
  assert.equal(map.get('a'), value);
  value.emit('close');
  assert.equal(map.has('a'), false);
  assert.equal(new MapListener(null).size, 0);
  assert.equal(new MapListener([]).size, 0);
});

test('an entry is removed when its value emits close', () => {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener().set('a', a).set('b', b);
  a.emit('close');
  assert.deepEqual([...map], [['b', b]]);
  assert.equal(listeners(a), 0);
  assert.equal(listeners(b), 1);
});

test('deleting an entry removes its listener', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value);
  assert.equal(map.delete('a'), true);
  assert.equal(map.delete('a'), false);
  assert.equal(listeners(value), 0);
});

test('clear() removes every listener', () => {
  const values = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener(values.entries());
  map.clear();
  assert.equal(map.size, 0);
  assert.deepEqual(values.map(listeners), [0, 0]);
});

test('a replaced value does not remove the new one when it closes', () => {
  const [old, young] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener().set('a', old).set('a', young);
  assert.equal(listeners(old), 0);
  old.emit('close');
  assert.equal(map.get('a'), young);
  young.emit('close');
  assert.equal(map.size, 0);
});

test('an entry that is set again to the same value has a single listener', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value).set('a', value);
  assert.equal(listeners(value), 1);
  value.emit('close');
  assert.equal(map.size, 0);
  assert.equal(listeners(value), 0);
});

test('a value under two keys is removed from both', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value).set('b', value);
  map.delete('a');
  assert.equal(map.get('b'), value);
  map.set('a', value);
  value.emit('close');
  assert.equal(map.size, 0);
  assert.equal(listeners(value), 0);
});

test('a value may be added again after it has closed', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value);
  value.emit('close');
  map.set('a', value);
  assert.equal(map.get('a'), value);
  value.emit('close');
  assert.equal(map.size, 0);
});

test('other listeners are kept', () => {
  const value = new EventEmitter();
  let closes = 0;
  value.on('close', () => {
    closes += 1;
  });
  const map = new MapListener().set('a', value);
  map.clear();
  value.emit('close');
  assert.equal(closes, 1);
});

test('a value that is not an event emitter is refused', () => {
  const error = { code: 'ERR_SSE_TYPE', name: 'TypeError', message: /EventEmitter/ };
  for (const value of [undefined, null, 'text', {}, new Map()]) {
    const map = new MapListener();
    assert.throws(() => map.set('a', value), error);
    assert.equal(map.size, 0);
  }
});

test('a channel that closes is removed', SOON, async () => {
  const channel = new Channel({ emptyTimeout: 20 });
  const map = new MapListener().set('a', channel);
  await until(() => channel.closed, 'the channel to close');
  await until(() => map.size === 0, 'the entry to be removed');
});
