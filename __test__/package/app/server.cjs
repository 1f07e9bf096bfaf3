const express = require('express');
const { Channel, Connection, configure, MapListener, metrics, SluiceError } = require('sluice');

configure({ shards: 1 });
const rooms = new MapListener([['news', new Channel({ historySize: 10 })]]);
const app = express();

app.get('/events', (req, res) => {
  const connection = new Connection(req, res, { pingInterval: 1000 });
  const { transport } = connection;
  rooms.get('news').add(connection).send({ id: '1', event: 'greeting', data: { transport } });
});

app.get('/metrics', (_req, res) => {
  res.json(metrics());
});

app.get('/error', (req, res) => {
  res.flushHeaders();
  try {
    new Connection(req, res);
  } catch (error) {
    res.end(error instanceof SluiceError ? error.code : 'not an error of sluice');
  }
});

const server = app.listen(0, () => console.log(server.address().port));
