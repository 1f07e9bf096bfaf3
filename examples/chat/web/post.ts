import type { Posts } from '../events.js';

export class Refused extends Error {}

/** Rejects with `Refused` and the server's reason, or with the error of `fetch`. */
export async function post<Path extends keyof Posts>(
  path: Path,
  body: Posts[Path]['body'],
): Promise<Posts[Path]['answer']> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}
