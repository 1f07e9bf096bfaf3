// Plays every so many of the seeds, and sends what was counted, or the seed that fails.
import { parentPort, workerData } from 'node:worker_threads';
import { run } from './run.mjs';

const { first, seeds, workers } = workerData;
const counts = { visits: 0, events: 0, gaps: 0, replays: 0, cuts: 0, primers: 0 };
let failed;
for (let seed = first; seed < seeds && !failed; seed += workers) {
  try {
    await run(seed, counts);
  } catch (error) {
    failed = `seed ${seed}: ${error.stack}`;
  }
}
parentPort.postMessage({ counts, failed });
