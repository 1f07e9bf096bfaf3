// A wrong item: this file has one error.
import type { Connection } from 'sluice';

export const send = (news: Connection<{ headline: string }>, numbers: number[]) =>
  news.stream(numbers, { event: 'headline' });
