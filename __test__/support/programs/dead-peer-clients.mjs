// The clients of dead-peer.mjs, in their own network namespace.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const ip = (command) => execFileSync('ip', command.split(' '));

function openHTTP2({ url, localAddress }) {
  const { origin, pathname } = new URL(url);
  const stream = http2.connect(origin, { localAddress }).request({ ':path': pathname });
  stream.resume();
}

function open({ protocol, url, localAddress }) {
  if (protocol === 'h2c') return openHTTP2({ url, localAddress });
  const { get } = protocol === 'https' ? https : http;
  get(url, { localAddress, agent: false, rejectUnauthorized: false }, (res) => res.resume());
}

process.on('disconnect', () => process.exit());
process.send('ready');
const [{ addresses, requests }] = await once(process, 'message');
for (const address of addresses) ip(`addr add ${address}/24 dev client`);
ip('link set client up');
requests.forEach(open);
await once(process, 'message');
ip('addr flush dev client');
