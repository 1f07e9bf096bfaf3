const EVERY = 500;
const NAME = 'chat tab';

/** Reports the number of open tabs. Each tab holds a lock, which is released when it closes. */
export function countTabs(changed: (tabs: number) => void) {
  changed(1);
  if (!navigator.locks) return;
  navigator.locks.request(NAME, { mode: 'shared' }, () => new Promise(() => {}));
  let last = 1;
  setInterval(async () => {
    const { held = [] } = await navigator.locks.query();
    const tabs = Math.max(1, held.filter(({ name }) => name === NAME).length);
    if (tabs !== last) changed(tabs);
    last = tabs;
  }, EVERY);
}
