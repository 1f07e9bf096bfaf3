// The tables and conditions of the cases of several processes.
import { grouped } from '../format.mjs';
import { redisWrite, servers, socketIo } from '../servers.mjs';
import { engines } from './engines.mjs';
import { PROCESSES } from './rate.mjs';

export const backplaneConditions = {
  reach: ({ connections, few, events, rate, block }) =>
    `reach: events of one process for ${few} and ${grouped(connections)} connections of another, ` +
    `${events} events, ${rate} per second; its JavaScript is blocked for ${block / 1000} s`,
  fleet: ({ nodes, connections, events, times }) =>
    `fleet: ${grouped(events)} events to ${grouped(connections)} connections of each of ` +
    `${nodes} processes, as fast as they can be sent` +
    (times > 1 ? `, median of ${times} times` : ''),
  arrivals: ({ connections, channels, kept, missed }) =>
    `arrivals: ${grouped(connections)} clients of 1 to ${channels} channels come back to a new ` +
    `process; the channels have sent ${grouped(kept + Math.max(...missed))} events, ` +
    `of which the clients missed the last ${missed.join(', ')}`,
  rate: ({ events, times }) =>
    `rate: ${grouped(events)} events of 140 bytes as fast as one process can send them` +
    (times > 1 ? `, median of ${times} times` : ''),
};

const names = Object.keys(engines);
const titles = names.map((name) => engines[name].title);

const reachRows = ({ few, connections, block }) => [
  ['bareFew', `latency p50, ${few} bare subscribers of the engine, ms`],
  ['few', `latency p50, ${few} clients, ms`],
  ['bareMany', `latency p50, ${grouped(connections)} bare subscribers of the engine, ms`],
  ['local', `latency p50, ${grouped(connections)} clients, one process without a backplane, ms`],
  ['many', `latency p50, ${grouped(connections)} clients, ms`],
  ['blocked', `the same while JavaScript is blocked for ${block / 1000} s, ms`],
  ['wakeUps', 'times that the JavaScript thread was woken'],
  ['blockedWakeUps', 'the same while it is blocked'],
];
const arrivalRows = [
  ['reads', 'ranges read from the engine'],
  ['elapsed', 'until every client has all that it missed, s'],
  ['turn', 'the longest turn of the event loop, ms of CPU time'],
  ['delay', 'the longest delay of a timer of 1 ms, ms'],
  ['busy', 'JavaScript thread, µs per client'],
  ['cpu', 'CPU, µs per client'],
];

/** What clients wait longer than as many bare subscribers of the engine, in milliseconds. */
export const beyond = {
  few: (of) => of('few') - of('bareFew'),
  many: (of) => of('many') - of('bareMany'),
  blocked: (of) => of('blocked') - of('bareMany'),
  most: (of) => Math.max(beyond.few(of), beyond.many(of), beyond.blocked(of)),
};

export function backplaneTables({ median, cell, table, cases }) {
  const of = (measured, figure) => median(measured, 'sluice', figure);
  const byEngine = (measured, rows) =>
    rows.map(([figure, text]) => [
      text,
      ...names.map((name) => cell(of(measured, `${name} ${figure}`))),
    ]);
  const parts = [];
  if (cases.reach) {
    const { few, connections } = cases.reach;
    const differences = [
      [`${few} clients`, beyond.few],
      [`${grouped(connections)} clients`, beyond.many],
      [`${grouped(connections)} clients while JavaScript is blocked`, beyond.blocked],
    ].map(([text, difference]) => [
      `beyond bare subscribers: ${text}, ms`,
      ...names.map((name) => cell(difference((figure) => of('reach', `${name} ${figure}`)))),
    ]);
    parts.push(
      table(
        ['an event of another process', ...titles],
        [...byEngine('reach', reachRows(cases.reach)), ...differences],
      ),
    );
  }
  if (cases.fleet) {
    const row = (title, figure) => [title, cell(of('fleet', figure))];
    parts.push(
      table(
        [`${cases.fleet.nodes} processes`, 'deliveries per second'],
        [
          ...names.map((name) => row(`${servers.sluice.title()}, ${engines[name].title}`, name)),
          row(socketIo.title(), 'socket.io'),
          row(redisWrite.title(), 'redis-write'),
        ],
      ),
    );
  }
  if (cases.arrivals) {
    const head = `${grouped(cases.arrivals.connections)} clients come back to a new process`;
    parts.push(table([head, ...titles], byEngine('arrivals', arrivalRows)));
  }
  if (cases.rate) {
    const rows = PROCESSES.map((count) => [count, `into ${count} process${count > 1 ? 'es' : ''}`]);
    parts.push(table(['events per second', ...titles], byEngine('rate', rows)));
  }
  return parts;
}
