// Draws the figures of one axis: three charts beside each other, in a picture that follows the
// reader's light or dark colour scheme.

import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { axes } from './axes.mjs';

/** The colours on a light page, and their replacements on a dark page. */
const DARK = {
  '#ffffff': '#0d1117',
  '#1f2328': '#e6edf3',
  '#59636e': '#9198a1',
  '#d1d9e0': '#3d444d',
  '#0969da': '#4493f8',
  '#bc4c00': '#f0883e',
  '#1a7f37': '#3fb950',
  '#8250df': '#ab7df8',
};
const [PAPER, TEXT, MUTED, RULE, ...LINES] = Object.keys(DARK);
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond'];
/** Each server has the same colour and shape in all pictures. */
const SERVERS = ['sluice', 'node-http', 'better-sse', 'nchan'];

const MEASURES = {
  cpu: () => 'CPU per delivery, µs',
  javascript: () => 'JavaScript thread per event, µs',
  memory: ({ memory }) => memory,
};

const scheme = () => {
  const rules = Object.entries(DARK).flatMap(([light, dark]) => [
    `[fill="${light}"]{fill:${dark}}`,
    `[stroke="${light}"]{stroke:${dark}}`,
  ]);
  return `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
};

/** The lines of a logarithmic axis: powers of ten, and more lines if there are few powers. */
function lines(values) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  const steps = last - first > 2 ? [1] : [1, 2, 5];
  const exponents = Array.from({ length: last - first }, (_none, index) => first + index);
  const between = exponents.flatMap((exponent) => steps.map((step) => step * 10 ** exponent));
  return [...between, 10 ** last];
}

function chart(measure, axis, rows, titles) {
  const names = SERVERS.filter((name) => rows.some(({ server }) => server === name));
  const titled = names.map((name) => titles[name].replaceAll('`', ''));
  const colour = { domain: titled, range: names.map((name) => LINES[SERVERS.indexOf(name)]) };
  const shape = { domain: titled, range: names.map((name) => SHAPES[SERVERS.indexOf(name)]) };
  const points = rows.filter((row) => row[measure] > 0);
  const scale = { type: 'log', nice: false };
  const levels = lines(points.map((row) => row[measure]));
  const x = { field: 'x', type: 'quantitative', title: axes[axis].over };
  const legend = { orient: 'bottom', title: null, columns: 4, symbolStrokeWidth: 2 };
  const ticks = [...new Set(rows.map((row) => row.x))];
  return {
    title: { text: MEASURES[measure](axes[axis]), anchor: 'start', fontSize: 13 },
    width: 250,
    height: 220,
    data: {
      values: points.map((row) => ({
        x: row.x,
        y: row[measure],
        server: titled[names.indexOf(row.server)],
      })),
    },
    mark: { type: 'line', point: { size: 50, filled: true }, strokeWidth: 2 },
    encoding: {
      x: { ...x, scale, axis: { values: ticks, format: '~s', grid: false } },
      y: {
        field: 'y',
        type: 'quantitative',
        title: null,
        scale: { type: 'log', domain: [levels[0], levels.at(-1)] },
        axis: { format: '~s', values: levels },
      },
      color: { field: 'server', type: 'nominal', scale: colour, legend },
      shape: { field: 'server', type: 'nominal', scale: shape, legend },
    },
  };
}

/** Resolves with the text of an SVG file. */
export async function draw(axis, { date, machine, titles, rows }) {
  const own = rows.filter((row) => row.axis === axis);
  const specification = {
    background: PAPER,
    padding: 16,
    title: {
      text: axes[axis].title,
      subtitle: [`${date}, ${machine}`, 'Both axes are logarithmic. Lower is better.'],
      anchor: 'start',
      fontSize: 16,
      subtitlePadding: 6,
      offset: 16,
    },
    hconcat: Object.keys(MEASURES).map((measure) => chart(measure, axis, own, titles)),
    spacing: 30,
    config: {
      aria: false,
      font: 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif',
      title: { color: TEXT, subtitleColor: MUTED },
      axis: {
        ...{ labelColor: MUTED, titleColor: MUTED, titleFontWeight: 'normal' },
        ...{ domainColor: RULE, tickColor: RULE, gridColor: RULE, gridOpacity: 0.6 },
      },
      legend: { labelColor: TEXT, labelFontSize: 12, labelLimit: 400 },
      view: { stroke: null },
    },
  };
  const view = new View(parse(compile(specification).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  return svg.replace(/(<svg[^>]*>)/, `$1${scheme()}`).concat('\n');
}
