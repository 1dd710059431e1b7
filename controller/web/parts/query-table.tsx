import type { Signal } from '@preact/signals';
import { sample, timeOfDay } from '../format.ts';
import type { QueryAnswer } from '../query-box.ts';
import { type Graph, type Series, showSeries } from '../query-result.ts';
import { paintOf } from './graph.tsx';

const ROWS_SHOWN = 50;

interface TableProps {
  readonly answer: QueryAnswer;
  readonly hidden: Signal<ReadonlySet<string>>;
  readonly cursor: Signal<number | undefined>;
}

/** Legend and table in one: values of now, or of the moment that is pointed at. */
export function QueryTable({ answer, hidden, cursor }: TableProps) {
  const { graph, rows } = answer;
  const values = new Map(rows.map((row) => [row.key, row.value]));
  const drawn = new Set(graph?.series.map(({ key }) => key));
  const all: Series[] = [...(graph?.series ?? []), ...rows.filter(({ key }) => !drawn.has(key))];
  const left = all.length - ROWS_SHOWN + (graph && rows.length === 0 ? graph.left : 0);
  return (
    <>
      <div class="answers">
        <table>
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col">{whenOf(graph, cursor.value)}</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, ROWS_SHOWN).map((series, i) => (
              <tr key={series.key}>
                <td>
                  <Name series={series} index={drawn.has(series.key) ? i : -1} hidden={hidden} />
                </td>
                <td class="value">{valueAt(graph, i, cursor.value) ?? showValue(values.get(series.key))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 && <p class="empty">and {left} more. Aggregate, for example with sum by (…), to see all.</p>}
    </>
  );
}

const whenOf = (graph: Graph | undefined, index: number | undefined): string => {
  const at = index === undefined ? undefined : graph?.times[index];
  return at === undefined ? 'Now' : timeOfDay(at * 1_000);
};

function valueAt(graph: Graph | undefined, series: number, index: number | undefined): string | undefined {
  if (index === undefined || !graph?.values[series]) return undefined;
  const value = graph.values[series][index];
  return value === null || value === undefined ? '–' : sample(value);
}

const showValue = (value: string | undefined): string =>
  value === undefined ? '–' : Number.isNaN(Number(value)) && value !== 'NaN' ? value : sample(Number(value));

/** Shows and hides its line. */
function Name({ series, index, hidden }: { series: Series; index: number; hidden: TableProps['hidden'] }) {
  if (index < 0) return <span class="series">{showSeries(series)}</span>;
  const shown = !hidden.value.has(series.key);
  const toggle = (): void => {
    const next = new Set(hidden.value);
    if (shown) next.add(series.key);
    else next.delete(series.key);
    hidden.value = next;
  };
  const { slot, dashed } = paintOf(index);
  return (
    <button type="button" class="series" aria-pressed={shown} title="Show or hide its line" onClick={toggle}>
      <span class={`swatch series-${slot}${dashed ? ' dashed' : ''}`} aria-hidden="true" />
      {showSeries(series)}
    </button>
  );
}
