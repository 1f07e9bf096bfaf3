// Checks the types of sse() if the types of Express are not installed.
import http from 'node:http';
import type { Connection } from 'sluice';
import { sse } from 'sluice/express';

interface Progress {
  done: { url: string };
}

const handler = sse<Progress>((connection, req, res) => {
  connection.send({ event: 'done', data: { url: req.url ?? '' } });
  // @ts-expect-error no such event
  connection.send({ event: 'other', data: 1 });
  // @ts-expect-error a request of node:http has no parameters
  connection.comment(req.params);
  res.setHeader('x', 'y');
});

http.createServer((req, res) => handler(req, res, (error) => console.log(error)));

interface Request extends http.IncomingMessage {
  params: { id: string };
}

export const typed = sse((connection: Connection, req: Request, res: http.ServerResponse) => {
  connection.comment(req.params.id);
  res.setHeader('x', 'y');
});
