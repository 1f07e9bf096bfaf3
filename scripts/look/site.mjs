import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { root } from '../process.mjs';
import { listen } from './listen.mjs';

const SITE = path.join(root, 'target/site');
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

function serve(req, res) {
  const name = decodeURIComponent(req.url.split('?', 1)[0]);
  const file = path.join(SITE, name);
  const type = TYPES[path.extname(file)];
  if (!file.startsWith(SITE) || !type || !existsSync(file)) {
    // Browsers request this icon even if no page links to it.
    res.statusCode = name === '/favicon.ico' ? 204 : 404;
    res.end();
    return;
  }
  res.setHeader('Content-Type', type);
  createReadStream(file).pipe(res);
}

/** Serves the site that `npm run docs` has built. */
export async function pagesOfSite() {
  if (!existsSync(SITE)) throw new Error('there is no site: run npm run docs first');
  const names = readdirSync(SITE, { recursive: true }).filter((name) => name.endsWith('.html'));
  const { origin, stop } = await listen(createServer(serve));
  const pages = names
    .filter((name) => name !== '404.html')
    .map((name) => ({ name: `site/${name.replace('.html', '')}`, url: `${origin}/${name}` }));
  return { pages: pages.map((page) => ({ ...page, ready: '.VPContent' })), stop };
}
