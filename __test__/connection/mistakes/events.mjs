// Mistakes in events: misspelt fields, and data that JSON would lose.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Channel, SSEBroker } = require('../../../index.js');

const field = (name, meant) => [
  `\`${name}\` for \`${meant}\`, in an event`,
  ({ connection }) => connection.send({ [name]: 'x' }),
  'ERR_SSE_FIELD',
  `an event has no field \`${name}\`: did you mean \`${meant}\`?`,
];

const lost = (found, data, fix, send = (channel, value) => channel.send({ data: value })) => [
  `${found} as data`,
  () => send(new Channel(), data()),
  'ERR_SSE_DATA',
  `\`data\` is ${found}, which JSON cannot represent: ${fix}`,
];

const expected = 'an event must be an object with `id`, `event`, `data`, `retry` or `comment`';
const form = '{ event: "report", data }, or { data: "report" }';
const objectForm = `${expected}, but it is a string: pass ${form}`;
const report = { celsius: 21 };

export const events = [
  field('evnt', 'event'),
  field('dta', 'data'),
  field('comments', 'comment'),
  field('ID', 'id'),
  [
    'a field that resembles no known field, in an event to a topic',
    () => new SSEBroker().broadcastToTopic('a', { type: 'x', data: 1 }),
    'ERR_SSE_FIELD',
    'an event has no field `type`: the known ones are `id`, `event`, `data`, `retry`, `comment`',
  ],
  lost('a promise', () => Promise.resolve(1), 'await it first'),
  lost('a Map', () => new Map([['a', 1]]), 'pass Object.fromEntries(map) or [...map]'),
  lost(
    'a Set',
    () => new Set([1]),
    'pass [...set]',
    (_, data) => new SSEBroker().broadcast({ data }),
  ),
  lost(
    'an Error',
    () => Object.assign(new Error('no'), { code: 'E' }),
    'pass what the client may see, such as { message: error.message }',
  ),
  lost('a RegExp', () => /a/, 'pass String(expression)'),
  lost('a URLSearchParams', () => new URLSearchParams('a=1'), 'pass String(parameters)'),
  lost('a Headers', () => new Headers({ a: '1' }), 'pass Object.fromEntries(headers)'),
  lost(
    'a Response',
    () => new Response('a'),
    'pass the result of `await response.text()` or `await response.json()`',
  ),
  lost(
    'an AsyncGenerator',
    () => (async function* numbers() {})(),
    'pass it to connection.stream()',
  ),
  lost(
    'an ArrayBuffer',
    () => new ArrayBuffer(8),
    'pass a string, or an object with plain properties',
  ),
  lost('a function', () => () => 1, 'call it'),
  [
    "send('report', data) of a channel",
    () => new Channel().send('report', report),
    'ERR_SSE_TYPE',
    objectForm,
  ],
  [
    "send('report', data) of a connection",
    ({ connection }) => connection.send('report', report),
    'ERR_SSE_TYPE',
    objectForm,
  ],
  [
    "publish('report', data)",
    () => new Channel().publish('report', report),
    'ERR_SSE_TYPE',
    objectForm,
  ],
  [
    "broadcastToTopic('a', 'report', data)",
    () => new SSEBroker().broadcastToTopic('a', 'report', report),
    'ERR_SSE_TYPE',
    objectForm,
  ],
];
