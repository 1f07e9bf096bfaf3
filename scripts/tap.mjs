const RESULT = /^ *(?:not )?ok \d+ - (.*?)(?: # .*)?$/;
const DURATION = /^ *duration_ms: ([\d.]+)$/;

const unescaped = (name) => name.replace(/\\([#\\])/g, '$1');

/** How many tests passed, failed and were skipped, as the end of the report says. */
export function countsOf(tap) {
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

/** The name and the seconds of every test, without the suites. */
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
