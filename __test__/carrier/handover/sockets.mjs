// Tests sockets that transform their bytes, which the core must not take over.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { plain } from './plain.mjs';

const SOON = { timeout: 60_000 };
const prototype = net.Socket.prototype;

const shout = (data) =>
  typeof data === 'string' ? data.toUpperCase() : Buffer.from(data.toString().toUpperCase());

/** `_writev` gets an array with an additional property. */
const shoutAll = (chunks) => {
  const all = chunks.map((each) => ({ ...each, chunk: shout(each.chunk) }));
  return Object.assign(all, { allBuffers: chunks.allBuffers });
};

/** Methods that a socket may override in order to transform every byte. */
const transforms = {
  write(chunk, ...rest) {
    return prototype.write.call(this, shout(chunk), ...rest);
  },
  _write(chunk, ...rest) {
    return prototype._write.call(this, shout(chunk), ...rest);
  },
  _writev(chunks, ...rest) {
    return prototype._writev.call(this, shoutAll(chunks), ...rest);
  },
  _writeGeneric(writev, data, ...rest) {
    const shouted = writev ? shoutAll(data) : shout(data);
    return prototype._writeGeneric.call(this, writev, shouted, ...rest);
  },
};

const ways = {
  'a property of its own': (socket, method) => {
    socket[method.name] = method;
  },
  'a subclass': (socket, method) => {
    class Shouting extends net.Socket {}
    Shouting.prototype[method.name] = method;
    Object.setPrototypeOf(socket, Shouting.prototype);
  },
};

for (const method of Object.values(transforms)) {
  for (const [way, transform] of Object.entries(ways)) {
    test(`keeps the transformation of a socket: ${method.name}, ${way}`, SOON, async (t) => {
      const { server, connect, opened } = await plain(t);
      server.on('connection', (socket) => transform(socket, method));
      // Node writes a chunk as three buffers, by `_writev`. HTTP/1.0 has no chunks.
      const version = method.name === '_writev' ? '1.1' : '1.0';
      const client = (await connect()).send(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
      await until(() => opened.length, 'the request');
      const { connection } = opened[0];
      assert.equal(connection.transport, 'stream');
      connection.send({ data: 'quiet' });
      await client.has('DATA: QUIET\n\n');
      assert.doesNotMatch(client.text, /quiet/);
    });
  }
}

test('the native transport is rejected on a socket that transforms bytes', SOON, async (t) => {
  const { connect, server } = await plain(t, {
    handler(req, res) {
      try {
        new sluice.Connection(req, res, { transport: 'native' });
      } catch (error) {
        res.end(`${error.code} ${error.message}`);
      }
    },
  });
  server.on('connection', (socket) => {
    socket._write = prototype._write.bind(socket);
  });
  const client = (await connect()).get();
  await client.has('`socket._write` was replaced by a bound function');
  assert.match(client.text, /ERR_SSE_TRANSPORT/);
});
