const RESULT = /^ *(?:not )?ok \d+ - (.*?)(?: # .*)?$/;
const DURATION = /^ *duration_ms: ([\d.]+)$/;

const unescaped = (name) => name.replace(/\\([#\\])/g, '$1');

/** Reads how many tests passed, failed and were skipped from the end of a TAP report. */
export function countsOf(tap) {
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

/** Returns the name and the duration, in seconds, of every test. Suites are left out. */
export function testsOf(tap) {
  const tests = [];
  let name;
  let seconds;
  const add = (type) => {
    if (name !== undefined && seconds !== undefined && type !== 'suite') {
      tests.push({ name, seconds });
    }
    name = undefined;
    seconds = undefined;
  };
  for (const line of tap.split('\n')) {
    const result = RESULT.exec(line);
    if (result) name = unescaped(result[1]);
    const duration = DURATION.exec(line);
    if (duration) seconds = Number(duration[1]) / 1000;
    if (/^ *type: 'suite'$/.test(line)) add('suite');
    else if (/^ *\.\.\.$/.test(line)) add('test');
  }
  return tests;
}
