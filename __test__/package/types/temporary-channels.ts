import express = require('express');

import { Channel, Connection, MapListener } from 'sluice';

type UserEvents = { 'user-event': Record<string, never> };

export const app = express();

const channelStore = new MapListener<string, Channel<UserEvents>>();

app.get('/sse/user/:userID', (req, res) => {
  const { userID } = req.params;

  const conn = new Connection<UserEvents>(req, res, {
    ping: true,
    timeout: 12 * 60 * 60 * 1000,
  });
  conn.send({ comment: 'OK' });

  const userChannel = channelStore.get(userID);
  if (userChannel) {
    userChannel.add(conn);
  } else {
    const userChannel = new Channel<UserEvents>({
      emptyTimeout: 10 * 60 * 1000,
    });
    userChannel.add(conn);

    channelStore.set(userID, userChannel);
  }
});

export function broadcast(userID: string) {
  const userChannel = channelStore.get(userID);
  if (userChannel) {
    userChannel.send({
      event: 'user-event',
      data: {},
      id: 'id',
    });
  }
}
