import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { accessibleTheme } from './accessible-theme.mjs';
import { inlineCode } from './inline-code.mjs';

const api = new URL('../pages/api/typedoc-sidebar.json', import.meta.url);
const page = (text, name) => ({ text, link: `/${name}` });

/** Creates the same anchors as GitHub, so that links work there and here. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const guides = [
  {
    text: 'Start',
    items: [
      page('Getting started', 'getting-started'),
      page('Installing', 'install'),
      page('Migrating', 'migrating'),
    ],
  },
  {
    text: 'Frameworks',
    items: [
      page('Express', 'frameworks/express'),
      page('Fastify', 'frameworks/fastify'),
      page('Next.js', 'frameworks/nextjs'),
      page('NestJS', 'frameworks/nest'),
      page('Hono', 'frameworks/hono'),
      page('Koa', 'frameworks/koa'),
      page('Fetch', 'fetch'),
      page('digipair', 'digipair'),
    ],
  },
  {
    text: 'Learn',
    items: [
      page('Connections', 'connections'),
      page('Channels', 'channels'),
      page('Clients and topics', 'broker'),
      page('Streaming a source', 'sources'),
      page('Token streams', 'tokens'),
      page('Client and tabs', 'client'),
      page('Resuming', 'resume'),
      page('Testing', 'testing'),
    ],
  },
  {
    text: 'Operate',
    items: [
      page('Operations', 'operations'),
      page('Deploying', 'deploy'),
      page('Several processes', 'scaling'),
      page('Reliability', 'reliability'),
      page('Limits', 'limits'),
      page('Compression', 'compression'),
      page('Metrics', 'metrics'),
      page('Inspector', 'inspect'),
      page('sluice doctor', 'doctor'),
      page('Security', 'security'),
      page('Troubleshooting', 'troubleshooting'),
    ],
  },
];

/** TypeDoc names modules after their files. */
const entryPoint = (item) => ({
  ...item,
  text: item.text === 'index' ? 'sluice' : `sluice/${item.text}`,
});

/** Pages in docs/ that are not listed above. */
const others = JSON.parse(process.env.SLUICE_PAGES ?? '[]')
  .filter((name) => !guides.some(({ items }) => items.some(({ link }) => link === `/${name}`)))
  .map((name) => page(name[0].toUpperCase() + name.slice(1), name));
if (others.length > 0) guides.push({ text: 'More', items: others });

export default defineConfig({
  title: 'sluice',
  description: 'Server-Sent Events for Node.js with a Rust core',
  lang: 'en',
  srcDir: 'pages',
  outDir: '../target/site',
  cacheDir: '../target/site-cache',
  vite: { plugins: [accessibleTheme] },
  markdown: {
    config: inlineCode,
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  // The theme's home page lacks a main landmark.
  transformHtml: (html) =>
    html.replace('class="VPContent is-home" id', 'role="main" class="VPContent is-home" id'),
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('Guide', 'getting-started'), page('API', 'api/')],
    sidebar: {
      '/': guides,
      '/api/': existsSync(api) ? JSON.parse(readFileSync(api, 'utf8')).map(entryPoint) : [],
    },
  },
});
