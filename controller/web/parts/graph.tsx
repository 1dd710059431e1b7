import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { count, sample, timeOfDay } from '../format.ts';
import { type Graph, type Range, spanOf } from '../query-result.ts';

const COLOURS = 8;
/** Of the axes' labels, in parts of the page's own font: on a wall it must grow too. */
const LABEL_SIZE = 0.8;

export interface GraphProps {
  readonly graph: Graph;
  readonly range: Range;
  readonly query: string;
  readonly hidden: Signal<ReadonlySet<string>>;
  /** Which moment is pointed at. */
  readonly cursor: Signal<number | undefined>;
}

/** After eight colours the lines are dashed: colour alone never tells two apart. */
export const paintOf = (index: number): { slot: number; dashed: boolean } => ({
  slot: (index % COLOURS) + 1,
  dashed: Math.floor(index / COLOURS) % 2 === 1,
});

export function GraphView({ graph, range, query, hidden, cursor }: GraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const keys = graph.series.map(({ key }) => key).join('\n');
  const newest = useRef(graph);
  newest.current = graph;

  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => {
      plot.current?.destroy();
      const options = optionsFor(element, newest.current, (index) => {
        cursor.value = index;
      });
      plot.current = new uPlot(options, dataOf(newest.current), element);
      show(plot.current, newest.current, hidden.value);
    };
    const resize = new ResizeObserver(() => plot.current?.setSize(sizeOf(element)));
    draw();
    resize.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      dark.removeEventListener('change', draw);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [keys]);
  useEffect(() => plot.current?.setData(dataOf(graph)), [graph]);
  useEffect(() => {
    if (plot.current) show(plot.current, graph, hidden.value);
  }, [graph, hidden.value]);

  const label = `Graph of ${query}: ${count(graph.series.length, 'line')} over the last ${range}. Its values are in the table below.`;
  return <div class="graph" role="img" aria-label={label} ref={place} />;
}

const dataOf = (graph: Graph): uPlot.AlignedData => [graph.times, ...graph.values] as unknown as uPlot.AlignedData;

const sizeOf = (element: HTMLElement) => ({
  width: element.clientWidth,
  height: Math.round(Math.max(200, Math.min(element.clientWidth * 0.42, window.innerHeight * 0.34))),
});

function show(plot: uPlot, graph: Graph, hidden: ReadonlySet<string>): void {
  graph.series.forEach(({ key }, i) => {
    if (plot.series[i + 1]?.show === hidden.has(key)) plot.setSeries(i + 1, { show: !hidden.has(key) });
  });
}

function optionsFor(element: HTMLElement, graph: Graph, onCursor: (index: number | undefined) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const em = Number.parseFloat(style.fontSize) * LABEL_SIZE;
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    font: `${em}px ui-sans-serif, system-ui, sans-serif`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    gap: em / 2,
  };
  const widest = (_: uPlot, labels: string[] | null) =>
    Math.ceil(Math.max(3, ...(labels ?? []).map((label) => label.length)) * em * 0.6 + em);
  return {
    ...sizeOf(element),
    padding: [em, em * 2, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: em * 0.6 } },
    scales: { y: { range: (_, low, high) => spanOf(low, high) } },
    axes: [
      {
        ...axis,
        values: (_, splits, _axis, _space, step) => splits.map(showTime(step)),
        space: em * 6,
        size: em * 2.2,
      },
      { ...axis, values: (_, splits) => splits.map(sample), space: em * 3, size: widest },
    ],
    series: [{}, ...graph.series.map((_, i) => lineFor(i, graph.series.length, em, colour))],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)] },
  };
}

/** A sample between two gaps has no line: without a dot it would not be seen at all. */
function lonelyPoints(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isGap = (i: number) => values[i] === null || values[i] === undefined;
  return Array.from(values.keys()).filter((i) => !isGap(i) && isGap(i - 1) && isGap(i + 1));
}

const showTime =
  (step: number) =>
  (seconds: number): string =>
    timeOfDay(seconds * 1_000).slice(0, step < 60 ? 8 : 5);

function lineFor(index: number, lines: number, em: number, colour: (name: string) => string): uPlot.Series {
  const { slot, dashed } = paintOf(index);
  const stroke = colour(`--series-${slot}`);
  return {
    stroke,
    width: em * 0.14,
    points: { show: true, size: em * 0.5, fill: stroke, filter: lonelyPoints },
    ...(dashed ? { dash: [em / 2, em / 3] } : {}),
    ...(lines === 1 ? { fill: `${stroke}22` } : {}),
  };
}
