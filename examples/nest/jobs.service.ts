import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Channel, type Connection } from 'sluice';

export interface JobEvents {
  jobs: { job: number; percent: number }[];
  progress: { job: number; percent: number };
}

const STEP = 60;
const KEPT = 12;

@Injectable()
export class JobsService implements BeforeApplicationShutdown {
  private readonly channel = new Channel<JobEvents>({ historySize: 500 });
  private readonly jobs = new Map<number, number>();
  private readonly timers = new Set<NodeJS.Timeout>();
  // Ids name the run of the server, so that a restart is a gap and not a false match.
  private readonly run = Date.now().toString(36);
  private sent = 0;
  private started = 0;

  subscribe(connection: Connection<JobEvents>) {
    // A client that is new or was away for too long receives the state, others what they missed.
    if (connection.lastEventId === undefined) this.sendState(connection);
    else connection.on('gap', () => this.sendState(connection));
    this.channel.add(connection);
  }

  start() {
    this.started += 1;
    const job = this.started;
    this.report(job, 0);
    const timer = setInterval(() => {
      const percent = Math.min(
        100,
        (this.jobs.get(job) ?? 100) + 1 + Math.floor(Math.random() * 4),
      );
      this.report(job, percent);
      if (percent === 100) this.stop(timer);
    }, STEP);
    this.timers.add(timer);
    return job;
  }

  // Before, since Nest then waits until every response has ended.
  async beforeApplicationShutdown() {
    for (const timer of this.timers) this.stop(timer);
    await Promise.all(this.channel.connections().map((connection) => connection.end()));
  }

  private sendState(connection: Connection<JobEvents>) {
    const jobs = Array.from(this.jobs, ([job, percent]) => ({ job, percent }));
    connection.send({ event: 'jobs', data: jobs });
  }

  private report(job: number, percent: number) {
    this.jobs.set(job, percent);
    this.sent += 1;
    const id = `${this.run}-${this.sent}`;
    this.channel.send({ id, event: 'progress', data: { job, percent } });
    const [oldest] = this.jobs.keys();
    if (this.jobs.size > KEPT && this.jobs.get(oldest) === 100) this.jobs.delete(oldest);
  }

  private stop(timer: NodeJS.Timeout) {
    clearInterval(timer);
    this.timers.delete(timer);
  }
}
