// The application replaces res.write with a function that throws. Prints the close reason and the
// errors that became uncaught exceptions.
import http from 'node:http';
import { createRequire } from 'node:module';

const { Connection } = createRequire(import.meta.url)('../../../index.js');
const errors = [];
process.on('uncaughtException', (error) => errors.push(error.message));

const server = http.createServer((req, res) => {
  res.write = () => {
    throw new Error('res.write');
  };
  const connection = new Connection(req, res).send({ data: 1 });
  connection.on('close', (reason) => {
    setImmediate(() => {
      console.log(JSON.stringify({ reason, errors }));
      process.exit();
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ port, agent: false }, (response) => response.resume()).on('error', () => {});
});
