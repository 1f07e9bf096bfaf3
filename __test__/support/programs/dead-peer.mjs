// Runs in its own network namespace. Its clients run in another one. When all connections are open,
// the clients' addresses vanish without a packet. Prints the close reason of each connection as
// JSON.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { certificate } from '../certificate.mjs';
import { sluice } from '../site.mjs';

const SERVER = '10.213.0.1';
const CLIENT_MAC = '02:00:00:00:00:02';
/**
 * The server knows the link address of `silent`, as if behind a router, and packets to it are lost.
 * It cannot resolve the link address of `unreachable`.
 */
const CLIENTS = { silent: '10.213.0.2', unreachable: '10.213.0.3' };
const SERVERS = { http: http.createServer, https: https.createServer, h2c: http2.createServer };
const KINDS = [
  ['http', 'native'],
  ['http', 'stream'],
  ['https', 'stream'],
  ['h2c', 'stream'],
];

const ip = (command) => execFileSync('ip', command.split(' '));
const program = fileURLToPath(new URL('./dead-peer-clients.mjs', import.meta.url));

// The child process ends with this process, and its namespace and the link end with it.
const clients = spawn('unshare', ['--net', process.execPath, program], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
await once(clients, 'message');
ip(`link add server type veth peer name client address ${CLIENT_MAC} netns ${clients.pid}`);
ip(`addr add ${SERVER}/24 dev server`);
ip('link set server up');
ip(`neigh replace ${CLIENTS.silent} lladdr ${CLIENT_MAC} dev server nud permanent`);

const cases = KINDS.flatMap(([protocol, transport]) =>
  [100, 0].flatMap((pingInterval) =>
    Object.keys(CLIENTS).map((loss) => ({ protocol, transport, pingInterval, loss })),
  ),
);
let open = 0;
let closed = 0;
function onRequest(req, res) {
  const { protocol, transport, pingInterval, loss } = cases[Number(req.url.slice(1))];
  const options = { transport, pingInterval, stallTimeout: 2000 };
  const connection = new sluice.Connection(req, res, options);
  connection.on('close', (reason) => {
    console.log(JSON.stringify([protocol, transport, pingInterval, loss, reason]));
    closed += 1;
    if (closed === cases.length) process.exit();
  });
  connection.send({ data: 'hello' });
  open += 1;
  if (open === cases.length) clients.send('vanish');
}

const ports = {};
for (const [protocol, create] of Object.entries(SERVERS)) {
  const server = create(protocol === 'https' ? certificate() : {}, onRequest);
  server.listen(0, SERVER);
  await once(server, 'listening');
  ports[protocol] = server.address().port;
}
const origins = Object.entries(ports).map(([protocol, port]) => {
  const scheme = protocol === 'https' ? 'https' : 'http';
  return [protocol, `${scheme}://${SERVER}:${port}`];
});
clients.send({
  addresses: Object.values(CLIENTS),
  requests: cases.map(({ protocol, loss }, index) => ({
    protocol,
    url: `${Object.fromEntries(origins)[protocol]}/${index}`,
    localAddress: CLIENTS[loss],
  })),
});
