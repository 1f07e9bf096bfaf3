// Stops listening at its first connection. From then on, only the connection keeps the process
// alive.
import http from 'node:http';
import { sluice } from '../site.mjs';

const server = http.createServer((req, res) => {
  const connection = new sluice.Connection(req, res, { pingInterval: 50 });
  server.close();
  console.log('listening no more');
  process.on('SIGUSR2', () => connection.end());
});

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
