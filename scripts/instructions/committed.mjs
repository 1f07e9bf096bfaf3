// The committed figures: instructions of each operation, and the rustc that they were counted with.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../process.mjs';

export const COMMITTED = 'benches/instructions.json';
const file = path.join(root, COMMITTED);

export const committed = () => JSON.parse(readFileSync(file, 'utf8'));

export function commit({ rustc, instructions }) {
  writeFileSync(file, `${JSON.stringify({ rustc, instructions }, undefined, 2)}\n`);
}
