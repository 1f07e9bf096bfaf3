// The cases of several processes, which `--only backplane` selects together.
import { arrivals } from './arrivals.mjs';
import { overEngines } from './engines.mjs';
import { fleet } from './fleet.mjs';
import { rate } from './rate.mjs';
import { reach } from './reach.mjs';

const servers = ['sluice'];
const ofReach = { few: 10, block: 10_000 };

export const backplaneCases = {
  reach: {
    run: overEngines(reach),
    servers,
    full: { rounds: 3, connections: 5_000, events: 25, rate: 5, ...ofReach },
    quick: { rounds: 1, connections: 1_000, events: 10, rate: 5, ...ofReach },
  },
  fleet: {
    run: fleet,
    servers,
    full: { rounds: 1, nodes: 4, connections: 1_000, events: 1_000, times: 1 },
    quick: { rounds: 1, nodes: 4, connections: 100, events: 100, times: 3 },
  },
  arrivals: {
    run: overEngines(arrivals),
    servers,
    full: { rounds: 3, connections: 10_000, channels: 100, kept: 30_000, missed: [1000, 800, 500] },
    quick: { rounds: 1, connections: 1_000, channels: 100, kept: 3_000, missed: [1000, 800, 500] },
  },
  rate: {
    run: overEngines(rate),
    servers,
    full: { rounds: 3, events: 20_000, times: 3 },
    quick: { rounds: 1, events: 5_000, times: 1 },
  },
};
