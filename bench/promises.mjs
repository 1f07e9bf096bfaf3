// The limits that sluice promises, and whether the figures hold them.
import { engines } from './backplane/engines.mjs';
import { beyond } from './backplane/tables.mjs';
import { significant } from './format.mjs';
import { policies, transports } from './stalled.mjs';

const calls = ['Call', 'BurstCall'];
/** How much a figure grows from few connections or topics to many. */
export const growth = (median, figure, measured = 'javascript') =>
  median(measured, 'sluice', `many${figure}`) / median(measured, 'sluice', `few${figure}`);

/** A figure of the replay, as a share of that of sse-channels. */
export const ofReplay = (median, figure) =>
  median('replay', 'sluice', figure) / median('replay', 'sse-channels', figure);

/** A figure of streams of the AI SDK, as a share of another one. */
const ofTokens = (median, way, figure, other = 'pipe') =>
  median('tokens', 'sluice', `${way} ${figure}`) / median('tokens', 'sluice', `${other} ${figure}`);

const ofReach = (median, engine) => (figure) => median('reach', 'sluice', `${engine} ${figure}`);

/** The largest of a figure over all policies and transports. */
const worst = (median, figure) => {
  const pairs = policies.flatMap((policy) => transports.map((transport) => [policy, transport]));
  const values = pairs.map((pair) => median('stalled', 'sluice', [...pair, figure].join(' ')));
  return values.includes(undefined) ? undefined : Math.max(...values);
};

const promises = [
  {
    text: 'JavaScript time per broadcast at 5,000 connections / at 10',
    ratio: (median) => Math.max(...calls.map((call) => growth(median, call))),
    most: 2,
  },
  {
    text: 'JavaScript time per event to 1 of 10,000 topics / of 10',
    ratio: (median) => Math.max(...calls.map((call) => growth(median, call, 'topics'))),
    most: 2,
  },
  {
    text: 'µs to subscribe one of 100,000 clients to a topic',
    ratio: (median) => median('topics', 'sluice', 'subscribe'),
    most: 5,
  },
  {
    text: 'µs to unsubscribe it',
    ratio: (median) => median('topics', 'sluice', 'unsubscribe'),
    most: 5,
  },
  {
    text: 'CPU per delivery / bare send(2) loop',
    ratio: (median) => median('steady', 'sluice', 'cpu') / median('steady', 'floor', 'cpu'),
    most: 1.15,
  },
  {
    text: 'burst throughput / better-sse',
    ratio: (median) =>
      median('burst', 'sluice', 'throughput') / median('burst', 'better-sse', 'throughput'),
    least: 50,
  },
  {
    text: 'CPU time of the longest turn while clients of 50 channels return, ms',
    ratio: (median) => median('storm', 'sluice', 'turn'),
    most: 20,
  },
  {
    text: 'JavaScript time of the replay alone / sse-channels',
    ratio: (median) => ofReplay(median, 'replayBusy'),
    most: 0.1,
  },
  {
    text: 'latency p99 beside as many clients that never read / without them',
    ratio: (median) => worst(median, 'ratio'),
    most: 1.5,
  },
  {
    text: 'CPU of the replay alone / sse-channels',
    ratio: (median) => ofReplay(median, 'replayCpu'),
    most: 0.333,
  },
  {
    text: 'JavaScript time per token, adopted / through the AI SDK',
    ratio: (median) => ofTokens(median, 'adopt', 'busy'),
    most: 1,
  },
  {
    text: 'CPU per token, adopted / through the AI SDK',
    ratio: (median) => ofTokens(median, 'adopt', 'cpu'),
    most: 1,
  },
  {
    text: 'JavaScript time per token, through a run / through the AI SDK',
    ratio: (median) => ofTokens(median, 'runs', 'busy'),
    most: 1,
  },
  {
    text: 'CPU per token, through a run / through the AI SDK',
    ratio: (median) => ofTokens(median, 'runs', 'cpu'),
    most: 1,
  },
  {
    text: 'CPU per token of a run with ten readers / with one',
    ratio: (median) => ofTokens(median, 'readers', 'cpu', 'runs'),
    most: 2,
  },
  {
    text: 'ms until the last of the adopted sources is told that its client has left',
    ratio: (median) => median('tokens', 'sluice', 'adopt leave'),
    most: 100,
  },
  ...Object.entries(engines).flatMap(([name, { title }]) => [
    {
      text: `ms beyond bare subscribers of ${title} until clients of another process have an event`,
      ratio: (median) => beyond.most(ofReach(median, name)),
      most: 3,
    },
    {
      text: `times that events over ${title} wake the JavaScript thread`,
      ratio: (median) => ofReach(median, name)('wakeUps'),
      most: 0,
    },
  ]),
  {
    text: 'ranges that Redis is asked for, for each channel of clients that come back',
    ratio: (median) => median('arrivals', 'sluice', 'redis readsPerChannel'),
    most: 1,
  },
];

/** A line for each promise that was measured. */
export const verdicts = (median) =>
  promises.flatMap((promise) => verdict(promise, median)).join('\n');

function verdict({ text, ratio, most, least }, median) {
  const value = ratio(median);
  if (value === undefined || Number.isNaN(value)) return [];
  const holds = most === undefined ? value >= least : value <= most;
  const bound = most === undefined ? `at least ${least}` : `at most ${most}`;
  return [`- ${text}: ${significant(value)} (${bound}) ${holds ? 'holds' : '**missed**'}`];
}
