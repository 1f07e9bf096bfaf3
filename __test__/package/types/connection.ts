import express = require('express');

import { Connection } from 'sluice';

export const app = express();

app.get('/sse', (req, res) => {
  const conn = new Connection(req, res, {
    ping: true,
    pingInterval: 50 * 1000,
    timeout: 12 * 60 * 60 * 1000,
  });
  conn.send({ comment: 'OK' });

  conn.send({
    event: 'my-event',
    data: JSON.stringify({}),
    id: 'id',
  });
});
