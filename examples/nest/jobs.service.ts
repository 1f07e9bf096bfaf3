import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Channel, type Connection } from 'sluice';

export interface JobEvents {
  progress: { job: number; percent: number };
}

const STEP = 60;
const KEPT = 12;

@Injectable()
export class JobsService implements BeforeApplicationShutdown {
  // A client that joins receives the progress of each of the latest jobs, then each change.
  private readonly channel = new Channel<JobEvents>({
    keep: 'latest',
    key: ({ data }) => String(data.job),
    historySize: KEPT,
  });
  private readonly timers = new Set<NodeJS.Timeout>();
  private started = 0;

  subscribe(connection: Connection<JobEvents>) {
    this.channel.add(connection);
  }

  start() {
    this.started += 1;
    const job = this.started;
    let percent = 0;
    const report = () => this.channel.send({ event: 'progress', data: { job, percent } });
    report();
    const timer = setInterval(() => {
      percent = Math.min(100, percent + 1 + Math.floor(Math.random() * 4));
      report();
      if (percent === 100) this.stop(timer);
    }, STEP);
    this.timers.add(timer);
    return job;
  }

  // Runs before the shutdown, because Nest then waits until every response has ended.
  async beforeApplicationShutdown() {
    for (const timer of this.timers) this.stop(timer);
    await Promise.all(this.channel.connections().map((connection) => connection.end()));
  }

  private stop(timer: NodeJS.Timeout) {
    clearInterval(timer);
    this.timers.delete(timer);
  }
}
