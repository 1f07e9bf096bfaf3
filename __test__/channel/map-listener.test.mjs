import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const { Channel, MapListener } = sluice;
const listeners = (emitter) => emitter.listenerCount('close');

test('it is a Map', () => {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener();
  assert.ok(map instanceof Map);
  assert.equal(map.set('a', a).set('b', b), map);
  assert.equal(map.get('a'), a);
  assert.equal(map.size, 2);
  assert.deepEqual([...map.keys()], ['a', 'b']);
});

test('it takes what the constructor of Map takes', () => {
  const value = new EventEmitter();
  const map = new MapListener(new Map([['a', value]]));
  assert.equal(map.get('a'), value);
  value.emit('close');
  assert.equal(map.has('a'), false);
  assert.equal(new MapListener(null).size, 0);
  assert.equal(new MapListener([]).size, 0);
});

test('it forgets an entry when its value emits close', () => {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener().set('a', a).set('b', b);
  a.emit('close');
  assert.deepEqual([...map], [['b', b]]);
  assert.equal(listeners(a), 0);
  assert.equal(listeners(b), 1);
});

test('deleting an entry takes the listener away', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value);
  assert.equal(map.delete('a'), true);
  assert.equal(map.delete('a'), false);
  assert.equal(listeners(value), 0);
});

test('clearing takes every listener away', () => {
  const values = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener(values.entries());
  map.clear();
  assert.equal(map.size, 0);
  assert.deepEqual(values.map(listeners), [0, 0]);
});

test('a value that was replaced cannot remove the new one', () => {
  const [old, young] = [new EventEmitter(), new EventEmitter()];
  const map = new MapListener().set('a', old).set('a', young);
  assert.equal(listeners(old), 0);
  old.emit('close');
  assert.equal(map.get('a'), young);
  young.emit('close');
  assert.equal(map.size, 0);
});

test('an entry that is set to the same value again has one listener', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value).set('a', value);
  assert.equal(listeners(value), 1);
  value.emit('close');
  assert.equal(map.size, 0);
  assert.equal(listeners(value), 0);
});

test('a value under two keys is forgotten under both', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value).set('b', value);
  map.delete('a');
  assert.equal(map.get('b'), value);
  map.set('a', value);
  value.emit('close');
  assert.equal(map.size, 0);
  assert.equal(listeners(value), 0);
});

test('a value may come back after it has closed', () => {
  const value = new EventEmitter();
  const map = new MapListener().set('a', value);
  value.emit('close');
  map.set('a', value);
  assert.equal(map.get('a'), value);
  value.emit('close');
  assert.equal(map.size, 0);
});

test('listeners of others stay', () => {
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

test('a value that emits nothing is refused', () => {
  const error = { code: 'ERR_SSE_TYPE', name: 'TypeError', message: /EventEmitter/ };
  for (const value of [undefined, null, 'text', {}, new Map()]) {
    const map = new MapListener();
    assert.throws(() => map.set('a', value), error);
    assert.equal(map.size, 0);
  }
});

test('a channel that closes is forgotten', SOON, async () => {
  const channel = new Channel({ emptyTimeout: 20 });
  const map = new MapListener().set('a', channel);
  await until(() => channel.closed, 'the channel to close');
  await until(() => map.size === 0, 'the map to forget it');
});
