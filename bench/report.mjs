// Formats medians as Markdown: absolute figures, ratios to the other servers, and the limits.
import { availableParallelism } from 'node:os';
import { backplaneConditions, backplaneTables } from './backplane/tables.mjs';
import { grouped, significant } from './format.mjs';
import { growth, ofReplay, verdicts } from './promises.mjs';
import { servers } from './servers.mjs';
import { policies, transports } from './stalled.mjs';
import { ways } from './tokens.mjs';

const columns = [
  { case: 'steady', figure: 'cpu', head: 'CPU, µs per delivery' },
  { case: 'steady', figure: 'p50', head: 'latency p50, ms' },
  { case: 'steady', figure: 'p99', head: 'latency p99, ms' },
  { case: 'steady', figure: 'busy', head: 'JavaScript thread, ms per broadcast' },
  { case: 'burst', figure: 'throughput', head: 'burst, deliveries per second' },
  { case: 'memory', figure: 'idle', head: 'idle connection, bytes' },
];

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(heads, rows) {
  const rule = heads.map((_head, index) => (index === 0 ? '---' : '---:'));
  return [row(heads), row(rule), ...rows.map(row)].join('\n');
}

function conditions(cases) {
  const lines = {
    steady: ({ connections, events, rate }) =>
      `steady: ${grouped(connections)} connections, ` +
      `${events} broadcasts of one event, ${rate} per second`,
    javascript: ({ few, many, events, rate, burst }) =>
      `JavaScript time: ${few} and ${grouped(many)} connections, ` +
      `${events} broadcasts, ${rate} per second, then ${burst} in a burst`,
    burst: ({ connections, events, times }) =>
      `burst: ${grouped(connections)} connections, ` +
      `${grouped(events)} events as fast as they can be sent` +
      (times > 1 ? `, median of ${times} times` : ''),
    topics: ({ connections, few, many, members, events, rate, burst, clients, calls }) =>
      `topics: ${grouped(connections)} connections, ` +
      `${few} and ${grouped(many)} topics of ${members} members, ` +
      `${events} events to one each, ${rate} per second, then ${grouped(burst)} in a burst; ` +
      `${grouped(calls)} subscriptions among ${grouped(clients)} clients`,
    storm: ({ connections, kept, missed }) =>
      `storm: ${grouped(connections)} clients of 1 to 50 channels return at once; ` +
      `the channels have sent ${grouped(kept + Math.max(...missed))} events, ` +
      `of which the clients missed the last ${missed.join(', ')}`,
    replay: ({ connections, events, bytes }) =>
      `replay: ${grouped(connections)} clients return at once, ` +
      `and each has missed ${events} events of ${bytes} bytes`,
    stalled: ({ connections, events, rate, bytes, times }) =>
      `stalled: ${grouped(connections)} clients that never read beside ${grouped(connections)} ` +
      `that do, ${grouped(events)} events of ${grouped(bytes)} bytes, ${rate} per second, ` +
      `median of ${times} runs`,
    tokens: ({ connections, events }) =>
      `tokens: ${grouped(connections)} clients of streams of the AI SDK, ${grouped(events)} tokens each, ` +
      'one token in each turn of the event loop; then all clients leave at once',
    memory: ({ connections }) =>
      `idle: ${grouped(connections)} connections, after garbage collection`,
    ...backplaneConditions,
  };
  const rounds = ({ rounds, roundsFor = {} }) =>
    [
      rounds === 1 ? 'one round' : `median of ${rounds} rounds`,
      ...Object.entries(roundsFor).map(([name, more]) => `${more} for ${name}`),
    ].join(', ');
  return Object.entries(cases).map(([name, size]) => `- ${lines[name](size)}; ${rounds(size)}`);
}

/** `median(case, server, figure)` is a number, or undefined if it was not measured. */
export function report({ median, names, cases, command }) {
  const shown = columns.filter((column) => cases[column.case]);
  const cell = (value) => (value === undefined || Number.isNaN(value) ? '–' : significant(value));
  const parts = [
    `\`${command}\`: Node.js ${process.version}, ${availableParallelism()} cores, ` +
      `${process.platform} ${process.arch}, ${new Date().toISOString().slice(0, 10)}`,
    conditions(cases).join('\n'),
  ];
  if (shown.length > 0) {
    const figures = (name, figure) => shown.map((column) => cell(figure(column, name)));
    const own = (column, name) => median(column.case, name, column.figure);
    parts.push(
      table(
        ['server', ...shown.map((column) => column.head)],
        names.map((name) => [servers[name].title(), ...figures(name, own)]),
      ),
    );
    const others = names.filter((name) => name !== 'sluice');
    if (names.includes('sluice') && others.length > 0) {
      const ratio = (column, name) => own(column, 'sluice') / own(column, name);
      parts.push(
        table(
          ['sluice divided by', ...shown.map((column) => column.head.split(',')[0])],
          others.map((name) => [servers[name].title(), ...figures(name, ratio)]),
        ),
      );
    }
  }
  const line = (measured, text, figure) => [
    text,
    cell(median(measured, 'sluice', `few${figure}`)),
    cell(median(measured, 'sluice', `many${figure}`)),
    cell(growth(median, figure, measured)),
  ];
  if (cases.javascript && names.includes('sluice')) {
    const { few, many } = cases.javascript;
    parts.push(
      table(
        ['sluice, µs per broadcast', `${few} connections`, `${grouped(many)} connections`, 'ratio'],
        [
          line('javascript', 'the `send` call, one at a time', 'Call'),
          line('javascript', 'the `send` call, in a burst', 'BurstCall'),
          line('javascript', "the whole JavaScript thread, with the bench's timers", 'Busy'),
        ],
      ),
    );
  }
  if (cases.topics && names.includes('sluice')) {
    const { few, many } = cases.topics;
    parts.push(
      table(
        ['broker, µs per event', `${few} topics`, `${grouped(many)} topics`, 'ratio'],
        [
          line('topics', 'the `broadcastToTopic` call, one at a time', 'Call'),
          line('topics', 'the `broadcastToTopic` call, in a burst', 'BurstCall'),
        ],
      ),
    );
  }
  if (cases.storm && names.includes('sluice')) {
    const figure = (text, name) => [text, cell(median('storm', 'sluice', name))];
    parts.push(
      table(
        [`sluice, ${grouped(cases.storm.connections)} clients of 1 to 50 channels return`, ''],
        [
          figure('the longest turn of the event loop, ms of CPU time', 'turn'),
          figure('the longest delay of a timer of 1 ms, ms', 'delay'),
          figure('until every client has all that it missed, s', 'elapsed'),
          figure('JavaScript thread, µs per client', 'busy'),
          figure('CPU, µs per client', 'cpu'),
        ],
      ),
    );
  }
  if (cases.stalled && names.includes('sluice')) {
    const figures = ['p99', 'ratio', 'queued', 'resident'];
    const rows = policies.flatMap((policy) =>
      transports.map((transport) => [
        `\`${policy}\`, ${transport}`,
        ...figures.map((figure) =>
          cell(median('stalled', 'sluice', `${policy} ${transport} ${figure}`)),
        ),
      ]),
    );
    parts.push(
      table(
        [
          'beside clients that never read',
          'latency p99, ms',
          'divided by that without them',
          'queued, MiB',
          'resident growth, MiB',
        ],
        rows,
      ),
    );
  }
  if (cases.tokens && names.includes('sluice')) {
    const figures = ['busy', 'cpu', 'leave'];
    const titles = {
      adopt: '`adopt()`',
      runs: '`sluice/runs`, one reader of each run',
      readers: '`sluice/runs`, ten readers of each run',
      pipe: '`pipeUIMessageStreamToResponse()`',
    };
    const own = (way) =>
      figures.map((figure) => cell(median('tokens', 'sluice', `${way} ${figure}`)));
    parts.push(
      table(
        [
          'streams of the AI SDK',
          'JavaScript thread, µs per token',
          'CPU, µs per token',
          'until the last source is told that its client has left, ms',
        ],
        ways.map((way) => [titles[way], ...own(way)]),
      ),
    );
  }
  if (cases.replay) {
    const figures = ['busy', 'cpu', 'replayBusy', 'replayCpu'];
    const own = (name) => figures.map((figure) => cell(median('replay', name, figure)));
    const compared = ['sluice', 'sse-channels'].filter((name) => names.includes(name));
    const ratios = figures.map((figure) => cell(ofReplay(median, figure)));
    parts.push(
      table(
        [
          `${grouped(cases.replay.connections)} clients return`,
          'JavaScript thread, ms',
          'CPU, ms',
          'replay alone: JavaScript thread, ms',
          'replay alone: CPU, ms',
        ],
        [
          ...compared.map((name) => [servers[name].title(), ...own(name)]),
          ...(compared.length > 1 ? [['sluice divided by sse-channels', ...ratios]] : []),
        ],
      ),
    );
  }
  if (names.includes('sluice')) parts.push(...backplaneTables({ median, cell, table, cases }));
  parts.push(verdicts(median));
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}
