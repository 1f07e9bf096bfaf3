// Tests the list of present people.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { newPerson, startChat } from './program.mjs';
import { openBrowser } from './tabs.mjs';

describeInBrowser('the people of the chat', () => {
  test('appear and disappear on every page', async (t) => {
    const chat = await startChat(t);
    const ada = await (await openBrowser(t, chat, 'Ada')).open();
    await ada.hasPeople('Ada');
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    for (const tab of [ada, grace]) {
      await tab.hasPeople('Ada', 'Grace');
      await tab.hasConnections(2);
    }
    await ada.page.close();
    await grace.hasPeople('Grace');
    await grace.hasConnections(1);
  });

  test('are listed once with any number of tabs', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada');
    const tabs = [await browser.open(), await browser.open(), await browser.open()];
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    for (const tab of [...tabs, grace]) {
      await tab.hasPeople('Ada', 'Grace');
      await tab.hasConnections(2);
    }
    for (const tab of tabs) await tab.hasTabs(3);
    await grace.hasTabs(1);
  });

  test('are listed once with a separate connection per tab', async (t) => {
    const chat = await startChat(t);
    const ada = await (await openBrowser(t, chat, 'Ada')).open();
    const person = await newPerson(chat.origin);
    await person.post('name', { name: 'Zoe' });
    const opened = new AbortController();
    t.after(() => opened.abort());
    for (let n = 0; n < 2; n += 1) await person.request('events', { signal: opened.signal });
    await ada.hasPeople('Ada', 'Zoe');
    await ada.hasConnections(3);
    await ada.page.getByText('2 connections', { exact: true }).waitFor();
  });

  test('can change their names, which all tabs of all people show', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada', /400 \(Bad Request\)/);
    const tabs = [await browser.open(), await browser.open()];
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    await tabs[1].page.fill('#name', ' Countess  Ada ');
    await tabs[1].page.press('#name', 'Enter');
    for (const tab of [...tabs, grace]) await tab.hasPeople('Countess Ada', 'Grace');
    await tabs[0].say('Call me that.');
    await grace.page.locator('.who bdi', { hasText: 'Countess Ada' }).waitFor();

    await tabs[1].page.fill('#name', '  ');
    await tabs[1].page.press('#name', 'Enter');
    await tabs[1].page.getByText('name must have 1 to 24 characters.').waitFor();
    await tabs[1].page.reload();
    await tabs[1].hasPeople('Countess Ada', 'Grace');
  });

  test('are shown as typing until they send the message', async (t) => {
    const chat = await startChat(t);
    const ada = await (await openBrowser(t, chat, 'Ada')).open();
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    await ada.page.locator('#text').pressSequentially('Hello');
    await grace.page.getByText('Ada is typing').waitFor();
    assert.equal(await ada.page.locator('#typing').textContent(), '');
    await ada.page.press('#text', 'Enter');
    await until(
      async () => (await grace.page.locator('#typing').textContent()) === '',
      'the end of the typing',
    );
    await grace.hasTexts(['Hello']);
  });
});
