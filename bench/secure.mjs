// The shared code of the cases `https` and `http2`: sluice and a loop over `res.write` of a ready
// buffer, both over TLS, side by side.
import { spawnSync } from 'node:child_process';
import { grouped } from './format.mjs';
import { secure } from './servers.mjs';
import { deliver, withServer } from './stage.mjs';

/** Events sent before a measurement. V8 needs that many to compile the TLS code of Node.js. */
const WARM_UP = 30;

/** The writers, and their names in the table. */
const WRITERS = { loop: '`res.write`, a loop with its back-pressure', sluice: 'sluice' };

/** The program that makes the certificates of the servers. */
const openssl = {
  assertInstalled() {
    if (spawnSync('openssl', ['version']).error)
      throw new Error('openssl was not found: install openssl');
  },
};

const measure = (protocol, writer, { connections, streams = 1, events, rate, burst }) =>
  withServer(secure(protocol, writer), async (stage) => {
    await stage.load.ask('speak', protocol, streams);
    await stage.connect(connections);
    await deliver(stage, WARM_UP, rate * 4);
    const { cpu, busy, received } = await deliver(stage, events, rate);
    const atOnce = await deliver(stage, burst, 0);
    return {
      cpu: cpu / received,
      busy: busy / received,
      throughput: atOnce.received / (atOnce.span / 1e9),
    };
  });

/**
 * A case.
 * @param {string} protocol its name in the load client
 * @param {string} title its usual name
 * @param {object} sizes includes `streams` if a socket has several
 */
export function secureCase(protocol, title, sizes) {
  const share = (of, figure) => of('sluice', `sluice ${figure}`) / of('sluice', `loop ${figure}`);
  return {
    servers: ['sluice'],
    needs: [openssl],
    full: { rounds: 5, connections: 1_000, events: 50, rate: 5, burst: 1_000, ...sizes },
    quick: { rounds: 1, connections: 1_000, events: 10, rate: 5, burst: 200, ...sizes },
    conditions: ({ connections, streams, events, rate, burst }) =>
      `${protocol}: ${grouped(connections)} connections over ${title}, ` +
      (streams ? `${streams} of them in each session, ` : '') +
      `${events} broadcasts of one event, ${rate} per second, ` +
      `then ${grouped(burst)} events as fast as they can be sent`,
    async run(_server, size) {
      const figures = {};
      for (const writer of Object.keys(WRITERS)) {
        const measured = Object.entries(await measure(protocol, writer, size));
        for (const [figure, value] of measured) figures[`${writer} ${figure}`] = value;
      }
      return figures;
    },
    tables({ of, cell, table }) {
      const figures = ['cpu', 'busy', 'throughput'];
      const heads = [
        `over ${title}`,
        'CPU, µs per delivery',
        'JavaScript thread, µs per delivery',
        'burst, deliveries per second',
      ];
      const rows = Object.entries(WRITERS).map(([writer, name]) => [
        name,
        ...figures.map((figure) => cell(of('sluice', `${writer} ${figure}`))),
      ]);
      const ratios = figures.map((figure) => cell(share(of, figure)));
      return [table(heads, [...rows, ['sluice divided by the loop', ...ratios]])];
    },
    targets: [
      {
        text: `CPU per delivery over ${title} / a loop over \`res.write\` of a ready buffer`,
        figure: (of) => share(of, 'cpu'),
        most: 1.02,
      },
      {
        text: `burst throughput over ${title} / the same loop`,
        figure: (of) => share(of, 'throughput'),
        least: 5,
      },
    ],
  };
}
