// Checks the types of sse() together with the types of Express.
import express, { type Request, type Response } from 'express';
import { Channel, type Connection } from 'sluice';
import { sse } from 'sluice/express';

interface Progress {
  progress: { percent: number };
  done: { url: string };
}

const app = express();

app.get(
  '/inferred/:id',
  sse((connection, req, res) => {
    connection.send({ event: 'anything', data: req.params });
    connection.comment(String(req.query.at));
    res.locals.user = 1;
  }),
);

app.get(
  '/map/:id',
  sse<Progress>(
    async (connection, req, res) => {
      connection.send({ event: 'progress', data: { percent: 1 } });
      // @ts-expect-error no such event
      connection.send({ event: 'other', data: 1 });
      // @ts-expect-error not a number
      connection.send({ event: 'progress', data: { percent: req.params.id } });
      res.locals.user = 1;
      await connection.end();
    },
    { pingInterval: 1000 },
  ),
);

app.get(
  '/annotated/:id',
  sse((connection: Connection<Progress>, req: Request<{ id: string }>, res: Response) => {
    const id: string = req.params.id;
    connection.send({ event: 'done', data: { url: `/files/${id}` } });
    res.locals.user = id;
  }),
);

app.use(sse((connection) => connection.end()));
app.get(
  '/guarded',
  (_req, _res, next) => next(),
  sse<Progress>((connection) => connection.end()),
);
express.Router().get(
  '/router',
  sse((connection) => connection.stream(['a'])),
);

const typed = new Channel<Progress>();

// A typed channel accepts the connection, and path parameters have their types.
app.get(
  '/typed/:job',
  sse((connection, req) => {
    const job: string = req.params.job;
    typed.add(connection);
    typed.send({ event: 'done', data: { url: job } });
    // @ts-expect-error a promise is not data
    connection.send({ data: Promise.resolve(1) });
  }),
);
app.get(
  '/short',
  sse((connection) => typed.add(connection)),
);
app.get(
  '/explicit/:job',
  sse((connection: Connection<Progress>, req) => {
    const job: string = req.params.job;
    connection.send({ event: 'done', data: { url: job } });
  }),
);

// @ts-expect-error not a handler
sse(7);
// @ts-expect-error no such option
sse(() => {}, { pings: true });
