import express = require('express');

import { Channel, Connection } from 'sluice';

export const app = express();

const weatherChannel = new Channel({
  historySize: 500,
});

app.get('/sse/weather', (req, res) => {
  const conn = new Connection(req, res, {
    ping: true,
    timeout: 12 * 60 * 60 * 1000,
  });
  conn.send({ comment: 'OK' });

  weatherChannel.add(conn);
});

export function broadcast() {
  weatherChannel.send({
    event: 'weather-event',
    data: JSON.stringify({}),
    id: 'id',
  });
}
