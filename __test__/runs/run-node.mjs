// A process with runs on a backplane.
import http from 'node:http';
import { backplaneOf } from '../backplane/backplane-of.mjs';
import { obey, tellPort } from '../backplane/obey.mjs';
import { controlled, createRuns } from './site.mjs';

const { backplane: options, settings } = JSON.parse(process.argv[2]);
const backplane = backplaneOf(options);
const runs = createRuns({
  backplane,
  authorize: (request, run) => run.owner === null || run.owner === request.headers['x-user'],
  onError: () => {},
  ...settings,
});
const sources = new Map();

const server = http.createServer((req, res) => {
  const id = new URL(req.url, 'http://local').pathname.slice(1);
  runs.respond(req, res, id).catch((error) => {
    if (res.headersSent) return res.destroy();
    res.writeHead(error.statusCode ?? 500).end(error.code);
  });
});

obey({
  state: () => backplane.state,
  start: async ({ id, owner }) => {
    const controls = controlled();
    sources.set(id, controls);
    await runs.start(id, controls.source, { owner });
  },
  give: ({ id, items }) => sources.get(id).give(...items),
  end: ({ id }) => sources.get(id).end(),
  isAborted: ({ id }) => sources.get(id).state.signal.aborted,
  stop: ({ id }) => runs.stop(id),
  status: ({ id }) => runs.status(id),
  list: ({ owner }) => runs.list(owner),
  close: () => runs.close(),
});
server.listen(0, '127.0.0.1', () => tellPort(server));
