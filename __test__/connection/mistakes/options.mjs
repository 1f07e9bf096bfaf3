// Mistakes in options: misspelt names, options of other libraries, and wrong values.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Channel, Connection, SSEBroker, configure, createSSE } = require('../../../index.js');
const { drain, gracefulShutdown, setupSSE } = require('../../../index.js');
const { sse } = require('../../../express.js');
const { SE } = require('../../../fastify.js');
const { redisBackplane } = require('../../../redis.js');
const { natsBackplane } = require('../../../nats.js');
const { customBackplane, memoryBackplane } = require('../../../backplane.js');
const skill = require('../../../digipair.js');
const fastify = require('fastify');
const express = require('express');
const http = require('node:http');

const CODE = 'ERR_SSE_OPTION';

/** [title, action, code, message] */
const unknown = (reader, action, name, meant, options = 'options') => [
  `\`${name}\` for \`${meant}\`, in ${reader}`,
  action,
  CODE,
  `\`${options}\` has an unknown option \`${name}\`: did you mean \`${meant}\`?`,
];

const registerPlugin = async (options) => {
  const app = fastify();
  app.register(require('../../../fastify.js'), options);
  await app.ready();
};

const openStream = async (options) => {
  const app = fastify();
  app.register(require('../../../fastify.js'));
  app.get('/', (_request, reply) => reply.eventStream(options));
  const answer = (await app.inject('/')).json();
  throw Object.assign(new Error(answer.message), { code: answer.code });
};

const engine = Object.fromEntries(
  ['connect', 'publish', 'follow', 'unfollow', 'position', 'read'].map((name) => [name, () => {}]),
);
const open =
  (options) =>
  ({ req, res }) =>
    new Connection(req, res, options);
const connect =
  (options) =>
  ({ req, res }) =>
    new SSEBroker().connect(req, res, options);
const headers = (name) => ({ headers: { [name]: 'text/plain' } });
const typed = (name) =>
  `\`headers\` must not have \`${name}\`, as a stream is always text/event-stream: remove it`;

export const options = [
  unknown('Connection', open({ pingIntervall: 1 }), 'pingIntervall', 'pingInterval'),
  unknown('Connection', open({ heartBeatInterval: 1 }), 'heartBeatInterval', 'heartbeatInterval'),
  unknown('Connection', open({ interval: 1 }), 'interval', 'pingInterval'),
  unknown('Connection', open({ maxLifeTime: 1 }), 'maxLifeTime', 'maxLifetime'),
  unknown('Connection', open({ header: {} }), 'header', 'headers'),
  unknown('Connection', open({ status: 200 }), 'status', 'statusCode'),
  unknown('Connection', open({ maxQueueByte: 1 }), 'maxQueueByte', 'maxQueueBytes'),
  unknown('limits', open({ limits: { perKey: 1 } }), 'perKey', 'maxPerKey', 'limits'),
  unknown('sse()', () => sse(() => {}, { pings: true }), 'pings', 'ping'),
  unknown(
    'stream()',
    ({ connection }) => connection.stream([], { events: 'a' }),
    'events',
    'event',
  ),
  unknown('Channel', () => new Channel({ histroySize: 1 }), 'histroySize', 'historySize'),
  unknown('Channel', () => new Channel({ history: 1 }), 'history', 'historySize'),
  unknown('Channel', () => new Channel({ maxMember: 1 }), 'maxMember', 'maxMembers'),
  unknown('send()', () => new Channel().send({ data: 1 }, { removed: true }), 'removed', 'remove'),
  unknown(
    'add()',
    ({ connection }) => new Channel().add(connection, { snapShots: () => {} }),
    'snapShots',
    'snapshot',
  ),
  unknown('SSEBroker', () => new SSEBroker({ topics: {} }), 'topics', 'topic'),
  unknown('SSEBroker', () => new SSEBroker({ onconnect() {} }), 'onconnect', 'onConnect'),
  unknown(
    'topic',
    () => new SSEBroker({ topic: { historySizes: 1 } }),
    'historySizes',
    'historySize',
    'topic',
  ),
  unknown(
    'patternHistory',
    () => new SSEBroker({ patternHistory: { historyage: 1 } }),
    'historyage',
    'historyAge',
    'patternHistory',
  ),
  unknown('connect()', connect({ metaData: {} }), 'metaData', 'metadata'),
  unknown('connect()', connect({ timeOut: 1 }), 'timeOut', 'timeout'),
  unknown(
    'clientCount()',
    () => new SSEBroker().clientCount({ everywhre: true }),
    'everywhre',
    'everywhere',
  ),
  unknown(
    'SE',
    () => new SE({ seidGenerater: () => '' }),
    'seidGenerater',
    'seidGenerator',
    'opts',
  ),
  unknown('the plugin', () => registerPlugin({ retrys: 1 }), 'retrys', 'retry'),
  unknown('eventStream()', () => openStream({ accepts: 'dual' }), 'accepts', 'accept'),
  unknown(
    'createSSE()',
    () => createSSE({ retryIntervall: 1 }),
    'retryIntervall',
    'retryInterval',
    'config',
  ),
  unknown(
    'addClient()',
    () => createSSE().addClient({ lastEvent: '1' }),
    'lastEvent',
    'lastEventId',
  ),
  unknown(
    'setupSSE()',
    () => setupSSE(express(), new SSEBroker(), '', { authoriseSubscribe: () => true }),
    'authoriseSubscribe',
    'authorizeSubscribe',
  ),
  unknown(
    'cors',
    () => setupSSE(express(), new SSEBroker(), '', { cors: { origins: '*' } }),
    'origins',
    'origin',
    'cors',
  ),
  unknown('drain()', () => drain({ wihtin: 1 }), 'wihtin', 'within'),
  unknown(
    'gracefulShutdown()',
    () => gracefulShutdown(http.createServer(), { signal: [] }),
    'signal',
    'signals',
  ),
  unknown('configure()', () => configure({ shard: 1 }), 'shard', 'shards', 'configuration'),
  unknown('redisBackplane()', () => redisBackplane({ uri: 'redis://a' }), 'uri', 'url'),
  unknown('natsBackplane()', () => natsBackplane({ server: 'nats://a' }), 'server', 'servers'),
  unknown(
    'customBackplane()',
    () => customBackplane(engine, { outtage: 'fail' }),
    'outtage',
    'outage',
  ),
  unknown('memoryBackplane()', () => memoryBackplane({ names: 'a' }), 'names', 'name'),
  unknown(
    'push',
    () => skill.push({ id: 'a', massage: 1 }, [], {}),
    'massage',
    'message',
    'params',
  ),
  [
    'an option that resembles no known option',
    () => new Channel().send({ data: 1 }, { celsius: 21 }),
    CODE,
    '`options` has an unknown option `celsius`: the known ones are `remove`',
  ],
  ['`Content-Type` in `headers`', open(headers('Content-Type')), CODE, typed('Content-Type')],
  [
    '`content-type` in createSSE()',
    () => createSSE(headers('content-type')),
    CODE,
    typed('content-type'),
  ],
];
