import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { must, npmPack } from '../pack.mjs';
import { root } from '../process.mjs';

/** Streams one event to a client, and prints the response. */
const PROGRAM = `
const http = require('node:http');
const { Channel, Connection } = require('sluice');

const news = new Channel();
const server = http.createServer((req, res) => {
  const connection = new Connection(req, res);
  news.add(connection);
  news.send({ event: 'released', data: { transport: connection.transport } });
});
server.listen(0, '127.0.0.1', async () => {
  const { body } = await fetch('http://127.0.0.1:' + server.address().port);
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('\\n\\n')) break;
  }
  console.log(text);
  process.exit(0);
});
`;

/**
 * Installs a release from its tarballs, in an empty folder and without a network, and streams an
 * event. Returns what the client received.
 * @param {string} directory is created
 * @param {{ root: { tarball: string }, platform: { tarball: string } }} release
 */
export function tryRelease(directory, release) {
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
  const dependency = npmPack(path.join(root, 'node_modules/fastify-plugin'), directory);
  const tarballs = [release.root, release.platform, dependency].map(({ tarball }) => tarball);
  must('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], directory);
  writeFileSync(path.join(directory, 'stream.cjs'), PROGRAM);
  const received = must(process.execPath, ['stream.cjs'], directory);
  if (!/^event: ?released\ndata: ?\{"transport":"(native|stream)"\}$/m.test(received)) {
    throw new Error(`The packed release does not stream: a client got ${JSON.stringify(received)}`);
  }
  return received;
}
