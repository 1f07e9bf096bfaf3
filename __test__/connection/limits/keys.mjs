import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';

const { keyOf } = createRequire(import.meta.url)('../../../lib/connection/limit-key.js');

const from = (remoteAddress) => keyOf({ socket: { remoteAddress } }, { maxPerKey: 1 });
const keyed = (value) => keyOf({}, { key: () => value, maxPerKey: 1 });

const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

test('IPv6 addresses share a key exactly if they share a /64', () => {
  assert.equal(from('2001:db8:1:2:3:4:5:6'), from('2001:db8:1:2::9'));
  assert.equal(from('2001:db8:1:2::9'), from('2001:0db8:0001:0002::1%eth0'));
  assert.notEqual(from('2001:db8:1:2::9'), from('2001:db8:1:3::9'));
  assert.equal(from('fe80::1'), from('fe80::'));
  assert.equal(from('::1'), from('::2'));
  assert.equal(from('64:ff9b::192.0.2.1'), from('64:ff9b::'));
});

test('an IPv6 address has the key of its first four groups in any notation', () => {
  fc.assert(
    fc.property(groups, groups, (network, host) => {
      const full = [...network.slice(0, 4), ...host.slice(4)].join(':');
      // The URL parser writes the shortest form.
      const short = new URL(`http://[${full}]`).hostname.slice(1, -1);
      assert.equal(from(full), from(short));
      assert.equal(from(full), from([...network.slice(0, 4), '0', '0', '0', '1'].join(':')));
    }),
  );
});

test('an IPv4 address in IPv6 form has the key of the IPv4 address', () => {
  assert.equal(from('::ffff:192.0.2.1'), from('192.0.2.1'));
  assert.notEqual(from('192.0.2.1'), from('192.0.2.2'));
});

test('a Unix socket and an undefined key are not limited', () => {
  assert.equal(from(undefined), undefined);
  assert.equal(keyed(undefined), undefined);
});

test('composite keys are equal only if all their parts are', () => {
  const value = fc.oneof(fc.string(), fc.array(fc.string()));
  fc.assert(
    fc.property(value, value, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      assert.notEqual(keyed(one), keyed(other));
    }),
  );
  assert.notEqual(keyed(['a', 'b c']), keyed(['a b', 'c']));
  assert.notEqual(keyed(['a']), keyed('tuple ["a"]'));
  assert.notEqual(keyed('2001:db8::1'), keyed('network 2001:db8:0:0'));
});

test('a key that is neither a string nor an array of strings throws', () => {
  for (const value of [1, null, {}, [1], Promise.resolve('ann')]) {
    assert.throws(() => keyed(value), { code: 'ERR_SSE_OPTION', message: /limits\.key/ });
  }
});
