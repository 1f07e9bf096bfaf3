import { until } from '../../support/until.mjs';
import { Tab } from './tabs.mjs';

/** The union of the topics of all tabs. */
export const unionOf = (tabs) => [...new Set(tabs.flatMap(({ topics }) => topics))].sort();

/** A tab whose client records the events of each of its topics. */
export class TopicTab extends Tab {
  static async join(context, origin, topics) {
    const { page } = await Tab.open(context, origin);
    const tab = new TopicTab(page);
    tab.topics = topics;
    await page.evaluate((topics) => {
      const config = { share: 'user 7', reconnectDelay: 20, maxRetries: 0 };
      const broker = globalThis.sse.connectBroker('/_sse', config);
      globalThis.client = broker;
      globalThis.errors = [];
      broker.onError(({ code }) => globalThis.errors.push(code));
      globalThis.got = {};
      for (const topic of topics) {
        globalThis.got[topic] = [];
        broker.subscribe(topic, (event) => {
          globalThis.got[topic].push(event.topic === topic ? event.data : `of ${event.topic}`);
        });
      }
    }, topics);
    return tab;
  }

  /** Returns the numbers of each topic's events in this run of the server. */
  async got(run) {
    const got = await this.page.evaluate(() => globalThis.got);
    return Object.fromEntries(
      Object.entries(got).map(([topic, all]) => {
        const ofRun = all.map((data) => data.split(' ')).filter(([of]) => of === String(run));
        return [topic, ofRun.map(([, n]) => Number(n))];
      }),
    );
  }

  codes() {
    return this.page.evaluate(() => globalThis.errors);
  }

  /** Waits until every topic of the tab has received events up to these numbers. */
  async progress(run, goal) {
    let missing;
    await until(
      async () => {
        const got = await this.got(run);
        missing = this.topics.filter((topic) => !(got[topic].at(-1) >= goal[topic]));
        return missing.length === 0;
      },
      () => `events of ${missing} in run ${run}`,
    );
  }
}

/** Resolves when the server has exactly the topics of the tabs. */
export const hasTopics = (server, tabs) =>
  until(
    async () => {
      const { topics } = await server.tell('state');
      return String(topics) === String(unionOf(tabs));
    },
    `the topics ${unionOf(tabs)}`,
  );
