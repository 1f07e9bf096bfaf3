// Tests the messages of the room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { newPerson, startChat } from './program.mjs';
import { openBrowser } from './tabs.mjs';

describeInBrowser('the page of the chat', () => {
  test('two people get all messages once and in the same order', async (t) => {
    const chat = await startChat(t);
    const ada = await (await openBrowser(t, chat, 'Ada')).open();
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    const said = [];
    for (let n = 0; n < 10; n += 1) {
      const speaker = n % 3 === 0 ? grace : ada;
      said.push(`message ${n}`);
      await speaker.say(`message ${n}`);
      for (const tab of [ada, grace]) await tab.hasTexts(said);
    }
    for (const tab of [ada, grace]) {
      assert.deepEqual(await tab.figures(), { received: 10, lost: 0, doubled: 0 });
    }
    assert.equal(await ada.page.locator('.message.own').count(), 6);
    assert.equal(await grace.page.locator('.message.own').count(), 4);
  });

  test('concurrent messages arrive in the same order for all members', async (t) => {
    const chat = await startChat(t);
    const tabs = [
      await (await openBrowser(t, chat, 'Ada')).open(),
      await (await openBrowser(t, chat, 'Grace')).open(),
    ];
    const others = await Promise.all(Array.from({ length: 4 }, () => newPerson(chat.origin)));
    const posts = others.flatMap((person, who) =>
      Array.from({ length: 20 }, (_, n) => person.post('messages', { text: `${who}: ${n}` })),
    );
    for (const { status } of await Promise.all(posts)) assert.equal(status, 201);
    const { messages } = await others[0].room();
    assert.equal(messages.length, 80);
    for (const tab of tabs) {
      await tab.hasTexts(messages.map(({ text }) => text));
      await tab.hasLostNothing();
    }
  });

  test('a member who joins later sees earlier messages', async (t) => {
    const chat = await startChat(t);
    const person = await newPerson(chat.origin);
    await person.post('messages', { text: 'before' });
    const tab = await (await openBrowser(t, chat, 'Ada')).open();
    await tab.hasTexts(['before']);
    await person.post('messages', { text: 'after' });
    await tab.hasTexts(['before', 'after']);
    assert.deepEqual(await tab.figures(), { received: 1, lost: 0, doubled: 0 });
  });

  test('messages and names are shown as plain text', async (t) => {
    const chat = await startChat(t);
    const person = await newPerson(chat.origin);
    const tab = await (await openBrowser(t, chat, 'Ada')).open();
    const name = '<u>Eve</u>';
    assert.equal((await person.post('name', { name })).status, 200);
    const text = '<img src=x onerror="document.title = \'broken\'"><b>bold</b>';
    await person.post('messages', { text });
    await tab.hasTexts([text]);
    await tab.page.locator('.who bdi', { hasText: name }).waitFor();
    assert.equal(await tab.page.locator('#messages :is(img, b, u)').count(), 0);
    assert.equal(await tab.page.title(), 'Chat: sluice with Express');
  });

  test('new messages do not move a reader who has scrolled back', async (t) => {
    const chat = await startChat(t);
    const { page } = await (await openBrowser(t, chat, 'Ada')).open();
    const person = await newPerson(chat.origin);
    const log = page.locator('#log');
    const fromEnd = () =>
      log.evaluate(({ scrollHeight, scrollTop, clientHeight }) =>
        Math.round(scrollHeight - scrollTop - clientHeight),
      );
    for (let n = 0; n < 40; n += 1) await person.post('messages', { text: `message ${n}` });
    await page.getByText('message 39').waitFor();
    assert.equal(await fromEnd(), 0);
    await log.evaluate((element) => element.scrollTo(0, 0));
    await until(async () => (await fromEnd()) > 500, 'the log to be scrolled');
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await person.post('messages', { text: 'another one' });
    await page.getByRole('button', { name: 'Newer messages' }).click();
    await page.getByText('another one').waitFor();
    assert.equal(await fromEnd(), 0);
    await page.getByRole('button', { name: 'Newer messages' }).waitFor({ state: 'hidden' });
  });

  test('a rejected message stays in its field, with the reason', async (t) => {
    const chat = await startChat(t);
    const tab = await (await openBrowser(t, chat, 'Ada', /400 \(Bad Request\)/)).open();
    await tab.page.locator('#text').evaluate((field) => field.removeAttribute('maxlength'));
    const text = 'x'.repeat(501);
    await tab.say(text);
    await tab.page.getByText('text must have 1 to 500 characters.').waitFor();
    assert.equal(await tab.page.inputValue('#text'), text);
    await tab.say('shorter');
    await tab.hasTexts(['shorter']);
    await tab.page.locator('#problem').waitFor({ state: 'hidden' });
  });

  test('it counts lost and duplicate messages', async (t) => {
    const chat = await startChat(t);
    const tab = await (await openBrowser(t, chat, 'Ada')).open();
    const from = { id: 'e', name: 'Eve', hue: 0 };
    const frames = [1, 2, 2, 5].map((number) => {
      const data = JSON.stringify({ number, at: 0, from, text: String(number) });
      return `id: ${number}\nevent: message\ndata: ${data}\n\n`;
    });
    let isServed = false;
    await tab.page.route('**/events', (route) => {
      if (isServed) return route.fulfill({ status: 204 });
      isServed = true;
      return route.fulfill({ contentType: 'text/event-stream', body: frames.join('') });
    });
    await tab.page.reload();
    await tab.is('ended');
    await tab.hasTexts(['1', '2', '5']);
    assert.deepEqual(await tab.figures(), { received: 4, lost: 2, doubled: 1 });
  });

  test('it fits the width of a phone in dark mode', async (t) => {
    const chat = await startChat(t);
    const { page } = await (await openBrowser(t, chat, 'Ada')).open();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'dark' });
    const person = await newPerson(chat.origin);
    await person.post('messages', { text: 'w'.repeat(500) });
    await page.locator('.words').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(color, 'rgb(13, 16, 20)');
  });
});
