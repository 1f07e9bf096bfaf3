// Closes a server and its sockets, then waits for the broker to close. Only this keeps the process
// alive.
import { once } from 'node:events';
import http from 'node:http';
import { sluice } from '../site.mjs';

const [transport] = process.argv.slice(2);
const broker = new sluice.SSEBroker({ connection: { transport } });
const server = http.createServer((req, res) => broker.connect(req, res));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`port ${server.address().port}`);
await once(server, 'request');
server.closeAllConnections();
server.close();
await broker.close();
console.log('closed');
