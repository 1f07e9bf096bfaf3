import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutZstd } from '../../support/clients/decoded.mjs';
import { connectRaw } from '../../support/clients/raw.mjs';
import { SOON } from '../../support/soon.mjs';
import { serve, unpack } from './serve.mjs';

const bytesOf = (text) => Buffer.from(text, 'latin1');

for (const transport of ['auto', 'stream']) {
  for (const [coding, unpacked] of Object.entries(unpack)) {
    const skip = coding === 'zstd' && withoutZstd;
    describe(`the bytes of ${coding}, transport: '${transport}'`, { ...SOON, skip }, () => {
      test('are chunks of a complete body', async (t) => {
        const { port, connections } = await serve(t, { transport, compress: [coding], retry: 7 });
        const client = await connectRaw({ port, host: '127.0.0.1' });
        client.get('/', `Accept-Encoding: ${coding}\r\n`);
        await client.has('\r\n\r\n');
        const [connection] = connections;
        const expected = transport === 'stream' || process.platform === 'win32';
        assert.equal(connection.transport, expected ? 'stream' : 'native');
        for (let n = 0; n < 100; n += 1) connection.send({ data: 'x'.repeat(n) });
        await connection.end();
        await client.eof();
        assert.match(client.head, new RegExp(`content-encoding: ${coding}\r\n`, 'i'));
        const { text, rest, complete } = client.chunks();
        assert.ok(complete && rest === '', 'all chunks');
        const frames = Array.from({ length: 100 }, (_, n) =>
          n === 0 ? 'data:\n\n' : `data: ${'x'.repeat(n)}\n\n`,
        );
        assert.equal(unpacked(bytesOf(text)).toString(), `retry: 7\n\n${frames.join('')}`);
        if (coding === 'gzip') assert.equal(bytesOf(text).readUInt16BE(0), 0x1f8b);
        assert.ok(text.length < 3000, `${text.length} bytes`);
      });

      test('end with the connection over HTTP/1.0', async (t) => {
        const { port, connections } = await serve(t, { transport, compress: [coding] });
        const client = await connectRaw({ port, host: '127.0.0.1' });
        client.send(`GET / HTTP/1.0\r\nAccept-Encoding: ${coding}\r\n\r\n`);
        await client.has('\r\n\r\n');
        await connections[0].send({ data: 'one' }).send({ data: 'two' }).end();
        await client.eof();
        assert.equal(unpacked(bytesOf(client.body)).toString(), 'data: one\n\ndata: two\n\n');
      });

      test('are a valid body if nothing is sent', async (t) => {
        const { port, connections } = await serve(t, { transport, compress: [coding] });
        const client = await connectRaw({ port, host: '127.0.0.1' });
        client.get('/', `Accept-Encoding: ${coding}\r\n`);
        await client.has('\r\n\r\n');
        await connections[0].end();
        await client.eof();
        const { text, complete } = client.chunks();
        assert.ok(complete);
        assert.equal(unpacked(bytesOf(text)).length, 0);
      });

      test('are truncated when the connection is destroyed', async (t) => {
        const { port, connections } = await serve(t, { transport, compress: [coding] });
        const client = await connectRaw({ port, host: '127.0.0.1' });
        client.get('/', `Accept-Encoding: ${coding}\r\n`);
        await client.has('\r\n\r\n');
        connections[0].send({ data: 'one' });
        connections[0].destroy();
        await client.eof();
        assert.equal(client.chunks().complete, false);
      });
    });
  }
}
