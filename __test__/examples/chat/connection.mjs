// Tests the shared connection of all tabs: cuts and takeovers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { newPerson, startChat } from './program.mjs';
import { OUTAGE, openBrowser } from './tabs.mjs';

const upTo = (last) => Array.from({ length: last }, (_, n) => String(n + 1));

describeInBrowser('the connection of the chat', () => {
  test('is shared by two tabs, and one of them holds it', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada');
    const first = await browser.open();
    assert.equal(await first.holds(), true);
    const second = await browser.open();
    for (const tab of [first, second]) {
      await tab.hasTabs(2);
      await tab.hasConnections(1);
    }
    assert.deepEqual(await Promise.all([first.holds(), second.holds()]), [true, false]);
    await second.page.getByText('Another tab holds it').waitFor();
    await second.say('from the second');
    for (const tab of [first, second]) await tab.hasTexts(['from the second']);
  });

  test('is taken over when its tab closes, and every message arrives once', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada');
    const tabs = [await browser.open(), await browser.open(), await browser.open()];
    const person = await newPerson(chat.origin);
    let said = 0;
    const say = async () => {
      said += 1;
      await person.post('messages', { text: String(said) });
    };
    const holder = async () => {
      const held = await Promise.all(tabs.map((tab) => tab.holds()));
      return tabs[held.indexOf(true)];
    };
    while (tabs.length > 1) {
      for (let n = 0; n < 5; n += 1) await say();
      for (const tab of tabs) await tab.hasTexts(upTo(said));
      const [left] = tabs.splice(tabs.indexOf(await holder()), 1);
      const closed = left.page.close();
      for (let n = 0; n < 20; n += 1) await say();
      await closed;
      const next = await until(holder, 'another tab to hold the connection');
      await next.page.getByText('This tab took over').last().waitFor();
    }
    await say();
    await tabs[0].hasTexts(upTo(said));
    await tabs[0].hasLostNothing();
    await tabs[0].hasTabs(1);
    await tabs[0].hasConnections(1);
  });

  test('is cut, and messages sent meanwhile arrive once in both tabs', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada', OUTAGE);
    const tabs = [await browser.open(), await browser.open()];
    const grace = await (await openBrowser(t, chat, 'Grace')).open();
    await grace.say('1');
    for (const tab of tabs) await tab.hasTexts(['1']);

    const door = await browser.refuse();
    // A tab that does not hold the connection can also cut it.
    await tabs[1].page.getByRole('button', { name: 'Cut it for 5 seconds' }).click();
    for (const tab of tabs) {
      await tab.is('waiting');
      await tab.page.getByText(/^Cut\. Trying again in [1-5] s$/).waitFor();
      await tab.page.getByText('no connection').waitFor();
    }
    await grace.hasPeople('Grace');
    await grace.page.getByText('Ada was cut off for 5 s.').waitFor();
    await grace.say('2');
    await tabs[0].say('3');
    const pending = tabs[0].page.locator('#pending li');
    assert.equal(await pending.textContent(), '3');
    await grace.hasTexts(upTo(3));
    for (const tab of tabs) await tab.hasTexts(['1']);

    await door.letIn();
    for (const tab of tabs) {
      await tab.is('connected');
      await tab.page.getByText(/^Back after \d+\.\d s\. 3 messages caught up\.$/).waitFor();
      await tab.hasTexts(upTo(3));
      assert.deepEqual(await tab.figures(), { received: 4, lost: 0, doubled: 0 });
    }
    await pending.waitFor({ state: 'detached' });
    await grace.hasPeople('Ada', 'Grace');
    await tabs[1].say('4');
    for (const tab of [...tabs, grace]) await tab.hasTexts(upTo(4));
  });

  test('is retried at once with “Try now”', async (t) => {
    const chat = await startChat(t);
    const browser = await openBrowser(t, chat, 'Ada', OUTAGE);
    const tab = await browser.open();
    const door = await browser.refuse();
    await tab.page.getByRole('button', { name: 'Cut it for 5 seconds' }).click();
    await tab.is('waiting');
    const before = door.count();
    await tab.page.getByRole('button', { name: 'Try now' }).click();
    await until(() => door.count() > before, 'another attempt');
    await tab.is('waiting');
    await door.letIn();
    await tab.is('connected');
    // The room was empty meanwhile, and still no message is missing.
    await tab.page.locator('.note', { hasText: 'Ada was cut off' }).waitFor();
    await tab.hasLostNothing();
  });

  test('waits for the network, and resumes after its cursor', async (t) => {
    const chat = await startChat(t);
    const tab = await (await openBrowser(t, chat, 'Ada', OUTAGE)).open();
    const person = await newPerson(chat.origin);
    await person.post('messages', { text: '1' });
    await tab.hasTexts(['1']);
    await tab.page.context().setOffline(true);
    await tab.is('offline');
    await person.post('messages', { text: '2' });
    await tab.page.context().setOffline(false);
    await tab.is('connected');
    await tab.hasTexts(['1', '2']);
    await tab.hasLostNothing();
  });

  test('reconnects after a restart of the server, which has lost its history', async (t) => {
    const first = await startChat(t);
    const browser = await openBrowser(t, first, 'Ada', OUTAGE);
    const tabs = [await browser.open(), await browser.open()];
    for (const text of upTo(3)) await tabs[0].say(text);
    for (const tab of tabs) await tab.hasTexts(upTo(3));
    await first.stop('SIGKILL');
    for (const tab of tabs) {
      await tab.page.getByText('Connection lost. Trying again').waitFor();
    }
    await startChat(t, first.port);
    for (const tab of tabs) {
      await tab.is('connected');
      await until(async () => (await tab.texts()).length === 0, 'the new, empty room');
    }
    await tabs[1].say('anew');
    for (const tab of tabs) {
      await tab.hasTexts(['anew']);
      await tab.hasLostNothing();
    }
  });
});
