import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Connection } from 'sluice';
import { type JobEvents, JobsService } from './jobs.service';

@Controller('jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get('events')
  events(@Req() req: Request, @Res() res: Response) {
    // With @Res(), Nest leaves the response to the handler, which passes it to the connection.
    this.jobs.subscribe(new Connection<JobEvents>(req, res, { retry: 1000, onGap: 'reset' }));
  }

  @Post()
  @HttpCode(202)
  start() {
    return { job: this.jobs.start() };
  }
}
