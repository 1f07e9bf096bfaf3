// Makes docs/dashboard.png and docs/dashboard-dark.png, in a minute: npm run pictures
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const WINDOW = { width: 1280, height: 900 };
const CLIENTS = 5000;
const RATE = 5;
/** For all clients to connect, and for three measurements, in milliseconds. */
const PATIENCE = 300_000;
/** How long the charts show the native transport after the measurements, in milliseconds. */
const AFTERWARDS = 15_000;

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const server = spawn(process.execPath, [file('server.js')], {
  env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
const origin = line.match(/http:\S+/)[0];
const set = (name, value) =>
  fetch(`${origin}/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ [name]: value }),
  });
await set('clients', CLIENTS);
await set('rate', RATE);

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const options = { viewport: WINDOW, locale: 'en-GB', reducedMotion: 'reduce' };
const pages = {};
for (const colorScheme of ['light', 'dark']) {
  pages[colorScheme] = await browser.newPage({ ...options, colorScheme });
  pages[colorScheme].setDefaultTimeout(PATIENCE);
  await pages[colorScheme].goto(origin);
}
const all = CLIENTS.toLocaleString('en');
await pages.light.getByText(`${all} of ${all} connected`).waitFor();
await pages.light.locator('#measure', { hasText: 'Measure' }).click();
await pages.light.locator('#measure', { hasText: 'Stop' }).waitFor();
for (const page of Object.values(pages)) {
  await page.locator('#measure', { hasText: 'Measure' }).waitFor();
  await page.locator('#verdict', { hasText: 'native used the JavaScript thread' }).waitFor();
}
await sleep(AFTERWARDS);
const verdict = await pages.light.locator('#verdict').textContent();
if (verdict.includes('cannot keep up')) {
  server.kill();
  throw new Error(`the machine is too busy for a picture: ${verdict}`);
}
await pages.light.screenshot({ path: file('../../docs/dashboard.png') });
await pages.dark.screenshot({ path: file('../../docs/dashboard-dark.png') });
await browser.close();
server.kill();
