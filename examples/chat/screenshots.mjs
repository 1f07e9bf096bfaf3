// Makes docs/chat.png and docs/chat-dark.png: npm run pictures
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const WINDOW = { width: 700, height: 780 };
// Of these secrets, for colours that go together.
const ADA = 'ada-000000000000000012';
const GRACE = 'grace-0000000000000020';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const STYLE = `
  body { margin: 0; padding: 30px; display: flex; align-items: start; gap: 26px; width: max-content;
    background: light-dark(#d7dde3, #050608);
    font: 13px "Helvetica Neue", "Liberation Sans", sans-serif; }
  figure { margin: 0; border-radius: 14px; overflow: hidden;
    background: light-dark(#c3cbd3, #20252c);
    box-shadow: 0 10px 34px light-dark(#29384a38, #000c); }
  figcaption { display: flex; align-items: end; gap: 3px; height: 42px; padding: 0 14px;
    color: light-dark(#3d4752, #98a2b1); }
  i { width: 11px; height: 11px; margin: 0 4px 15px 0; border-radius: 50%;
    background: light-dark(#97a2ad, #454d58); }
  b { padding: 9px 40px 9px 16px; border-radius: 10px 10px 0 0; font-weight: 400; }
  i + b { margin-left: 12px; }
  b.shown { background: light-dark(#f3f4f6, #0d1014); color: light-dark(#15181e, #e9ecf1); }
  img { display: block; }
`;

async function openPerson(browser, origin, colorScheme, [secret, name]) {
  const context = await browser.newContext({ viewport: WINDOW, colorScheme, locale: 'en-GB' });
  await context.addCookies([{ name: 'sluice-chat', value: `${secret}.${name}`, url: origin }]);
  const open = async () => {
    const page = await context.newPage();
    await page.goto(origin);
    await page.locator('#status[data-state=connected]').waitFor();
    await page.locator('#name:enabled').waitFor();
    return page;
  };
  const say = async (page, text) => {
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
  };
  return { open, say };
}

async function converse(browser, origin, colorScheme) {
  const ada = await openPerson(browser, origin, colorScheme, [ADA, 'Ada']);
  const grace = await openPerson(browser, origin, colorScheme, [GRACE, 'Grace']);
  const left = await ada.open();
  await ada.open();
  const right = await grace.open();
  const heard = (page, text) => page.locator('#messages .words', { hasText: text }).waitFor();
  const talk = async (who, page, text) => {
    await who.say(page, text);
    for (const each of [left, right]) await heard(each, text);
  };
  await talk(grace, right, 'Morning! Is the release out?');
  await talk(ada, left, 'Since ten. Nobody noticed, as it should be.');
  await talk(grace, right, 'Both of your tabs, too?');
  await talk(ada, left, 'They have one connection between them. Watch, I cut it.');
  await left.click('#action');
  await left.locator('#status[data-state=waiting]').waitFor();
  for (const text of ['Are you still there?', 'I will just go on talking.']) {
    await grace.say(right, text);
    await heard(right, text);
  }
  await ada.say(left, 'In a tunnel. This is on its way already.');
  await heard(right, 'In a tunnel');
  await left.locator('#status[data-state=connected]').waitFor();
  await heard(left, 'In a tunnel');
  await talk(ada, left, 'Out of it again, and nothing is missing.');
  await right.locator('.person', { hasText: 'Ada' }).waitFor();
  await right.locator('#text').pressSequentially('Just as well that');
  await left.getByText('Grace is typing').waitFor();
  for (const page of [left, right]) {
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map(({ finished }) => finished)),
    );
  }
  return [await left.screenshot(), await right.screenshot()];
}

async function frame(browser, colorScheme, shots, to) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1600, height: 900 } });
  const tabs = ['<b class="shown">Chat</b><b>Chat</b>', '<b class="shown">Chat</b>'];
  const windows = shots.map(
    (shot, n) =>
      `<figure><figcaption><i></i><i></i><i></i>${tabs[n]}</figcaption>` +
      `<img src="data:image/png;base64,${shot.toString('base64')}"></figure>`,
  );
  await page.setContent(
    `<!doctype html><style>:root { color-scheme: light dark } ${STYLE}</style>${windows.join('')}`,
  );
  await page.locator('body').screenshot({ path: to });
}

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [colorScheme, name] of [
  ['light', 'chat.png'],
  ['dark', 'chat-dark.png'],
]) {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0' };
  const server = spawn(process.execPath, [file('start.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  const shots = await converse(browser, line.match(/http:\S+/)[0], colorScheme);
  await frame(browser, colorScheme, shots, file(`../../docs/${name}`));
  server.kill();
}
await browser.close();
