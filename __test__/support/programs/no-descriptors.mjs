// Leaves exactly one free descriptor for the second client. That is enough to accept the client,
// but not to duplicate its socket.
import { closeSync, openSync } from 'node:fs';
import http from 'node:http';
import { sluice } from '../site.mjs';

let requests = 0;
let taken = [];

const server = http.createServer((req, res) => {
  requests += 1;
  const number = requests;
  const connection = new sluice.Connection(req, res);
  connection.send({ data: connection.transport });
  setTimeout(() => {
    if (number === 1) takeAllButOne();
    if (number === 2) giveBack();
    if (number === 3) server.close();
    console.log(`ready for ${number + 1}`);
  }, 50);
});

function takeAllButOne() {
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
  }
  closeSync(taken.pop());
}

function giveBack() {
  for (const descriptor of taken) closeSync(descriptor);
  taken = [];
}

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
