import { formatCompact, formatCount, formatMegabytes, formatMilliseconds } from './format.js';
import uPlot from './uplot/uPlot.esm.js';

const SECONDS = 120;
const HEIGHT = 124;
const TRANSPORTS = ['native', 'stream', 'loop'];

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

// One line per transport on a shared scale. Each line has only the samples taken while its
// transport was selected, plus the next one, so that the lines meet.
const byTransport = (read) =>
  TRANSPORTS.map((transport) => ({
    color: transport,
    fill: true,
    read: (sample, before) =>
      sample.transport === transport || before?.transport === transport ? read(sample) : null,
  }));

const CHARTS = {
  delay: {
    title: 'Event-loop delay',
    note: 'p99, thin line: longest',
    current: (sample) => formatMilliseconds(sample.delay.p99),
    least: 10,
    unit: ' ms',
    series: [
      { color: 'muted', thin: true, read: (sample) => sample.delay.max },
      ...byTransport((sample) => sample.delay.p99),
    ],
  },
  deliveries: {
    title: 'Deliveries a second',
    note: 'to all clients together',
    current: (sample) => formatCount(sample.deliveries),
    least: 10,
    series: byTransport((sample) => sample.deliveries),
  },
  connections: {
    title: 'Open connections',
    note: 'with this page',
    current: (sample) =>
      formatCount(TRANSPORTS.reduce((sum, transport) => sum + sample.connections[transport], 0)),
    least: 10,
    series: TRANSPORTS.map((transport) => ({
      color: transport,
      fill: true,
      read: ({ connections }, before, after) =>
        connections[transport] ||
        (before?.connections[transport] || after?.connections[transport] ? 0 : null),
    })),
  },
  memory: {
    title: 'Memory',
    note: 'of the server process',
    current: (sample) => formatMegabytes(sample.rss),
    least: 100,
    unit: ' MB',
    series: [{ color: 'text', fill: true, read: (sample) => sample.rss / 1e6 }],
  },
};

function axes(unit = '') {
  const shared = {
    stroke: () => color('muted'),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    ticks: { show: false },
  };
  const grid = { stroke: () => color('line'), width: 1 };
  return [
    {
      ...shared,
      grid: { show: false },
      size: 24,
      gap: 6,
      splits: (plot) => [0, 0.25, 0.5, 0.75].map((part) => plot.scales.x.max - part * SECONDS),
      values: (plot, splits) =>
        splits.map((split) => {
          const seconds = Math.round(plot.scales.x.max - split);
          return seconds === 0 ? 'now' : `−${seconds} s`;
        }),
    },
    {
      ...shared,
      grid,
      size: 58,
      gap: 6,
      space: 24,
      values: (_plot, splits) => splits.map((split) => `${formatCompact(split)}${unit}`),
    },
  ];
}

const options = (chart, onCursor) => ({
  width: 400,
  height: HEIGHT,
  padding: [8, 14, 0, 0],
  legend: { show: false },
  cursor: {
    y: false,
    drag: { x: false, y: false },
    sync: { key: 'dashboard' },
    points: { size: 6 },
  },
  hooks: { setCursor: [onCursor] },
  scales: {
    x: { range: (_plot, _min, max) => [max - SECONDS, max] },
    y: { range: (_plot, _min, max) => [0, Math.max(chart.least, (max ?? 0) * 1.15)] },
  },
  axes: axes(chart.unit),
  series: [
    {},
    ...chart.series.map((series) => ({
      stroke: () => color(series.color),
      fill: series.fill
        ? () => `color-mix(in srgb, ${color(series.color)} 14%, transparent)`
        : undefined,
      width: series.thin ? 1 : 2,
      points: { show: false },
    })),
  ],
});

function build(name) {
  const chart = CHARTS[name];
  const figure = document.querySelector(`#chart-${name}`);
  figure.innerHTML =
    '<figcaption><h2></h2><span class="note"></span><span class="current">–</span></figcaption>' +
    '<div class="plot" aria-hidden="true"></div>';
  figure.querySelector('h2').textContent = chart.title;
  figure.querySelector('.note').textContent = chart.note;
  const current = figure.querySelector('.current');
  const place = figure.querySelector('.plot');
  let samples = [];

  const showValue = (plot) => {
    const sample = samples[plot.cursor.idx ?? samples.length - 1];
    current.textContent = sample ? chart.current(sample) : '–';
  };
  const empty = [[], ...chart.series.map(() => [])];
  const plot = new uPlot(options(chart, showValue), empty, place);
  new ResizeObserver(([entry]) => {
    plot.setSize({ width: Math.floor(entry.contentRect.width), height: HEIGHT });
  }).observe(place);

  const draw = (next) => {
    samples = next;
    plot.setData([
      samples.map((sample) => sample.time / 1000),
      ...chart.series.map(({ read }) =>
        samples.map((sample, at) => read(sample, samples[at - 1], samples[at + 1])),
      ),
    ]);
    showValue(plot);
    figure.dataset.samples = samples.length;
  };
  return { draw, redraw: () => plot.redraw(false) };
}

export function buildCharts() {
  const charts = Object.keys(CHARTS).map(build);
  let samples = [];
  const draw = () => {
    for (const chart of charts) {
      chart.draw(samples);
    }
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const chart of charts) {
      chart.redraw();
    }
  });
  return {
    replace(history) {
      samples = history;
      draw();
    },
    append(sample) {
      samples = [...samples, sample].slice(-SECONDS);
      draw();
    },
  };
}
