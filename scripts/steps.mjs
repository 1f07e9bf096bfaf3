const results = [];

/** Runs the steps in order and stops at the first failure. Returns true if all succeeded. */
export async function runSteps(steps) {
  let failed = false;
  for (const [name, step] of steps) {
    if (failed) {
      results.push({ name, seconds: '', result: 'not run' });
      continue;
    }
    console.log(`\n── ${name}`);
    const start = performance.now();
    failed = (await step()) !== 0;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    results.push({ name, seconds, result: failed ? 'FAILED' : 'ok' });
  }
  return !failed;
}

/** Prints the duration and the result of each step. */
export function printSummary() {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log(`\n${'step'.padEnd(width)}  seconds  result`);
  for (const { name, seconds, result } of results) {
    console.log(`${name.padEnd(width)}  ${seconds.padStart(7)}  ${result}`);
  }
}
