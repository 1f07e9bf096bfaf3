// Leaves enough descriptors to accept the first client, but too few to start the core.
import { closeSync, openSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { sluice } from '../site.mjs';

const { sse } = createRequire(import.meta.url)('../../../express.js');
const spare = Number(process.argv[2]);
const taken = [];

sluice.configure({ shards: 3 });

const app = express();
app.get(
  '/',
  sse((connection) => connection.send({ data: 'hello' })),
);
app.use((error, _req, res, _next) => {
  for (const descriptor of taken.splice(0)) closeSync(descriptor);
  res.status(500).send(`${error.code}: ${error.message}`);
});

const server = http.createServer(app);
server.listen(0, '127.0.0.1', () => {
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
  }
  for (let n = 0; n < spare; n += 1) closeSync(taken.pop());
  console.log(`port ${server.address().port}`);
});
