import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { count, sample, timeOfDay } from '../format.ts';
import type { Graph, Range } from '../query-result.ts';

const COLOURS = 8;
const FONT = '12px ui-sans-serif, system-ui, sans-serif';
const LABEL_PX = 7.2;

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
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(element),
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: { min: { pad: 0.1, soft: 0, mode: 3 }, max: { pad: 0.1, soft: 0, mode: 3 } } } },
    axes: [
      { ...axis, values: (_, splits) => splits.map((at) => timeOfDay(at * 1_000).slice(0, 5)), space: 64, size: 30 },
      { ...axis, values: (_, splits) => splits.map(sample), size: widestOf },
    ],
    series: [{}, ...graph.series.map((_, i) => lineFor(i, graph.series.length, colour))],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)] },
  };
}

function lineFor(index: number, lines: number, colour: (name: string) => string): uPlot.Series {
  const { slot, dashed } = paintOf(index);
  const stroke = colour(`--series-${slot}`);
  return {
    stroke,
    width: 1.75,
    points: { show: false },
    ...(dashed ? { dash: [6, 4] } : {}),
    ...(lines === 1 ? { fill: `${stroke}22` } : {}),
  };
}

const widestOf = (_: uPlot, labels: string[] | null): number =>
  Math.ceil(Math.max(3, ...(labels ?? []).map((label) => label.length)) * LABEL_PX) + 14;
