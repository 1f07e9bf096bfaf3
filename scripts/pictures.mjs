// Redraws the pictures of docs/ with the examples as they are now. It needs Chromium and a quiet
// machine: the figures in the pictures are measured.
import { runNode } from './process.mjs';

const PROGRAMS = ['examples/chat/screenshots.mjs', 'examples/dashboard/screenshots.mjs'];

for (const program of PROGRAMS) {
  const code = await runNode(program);
  if (code !== 0) process.exit(code);
}
