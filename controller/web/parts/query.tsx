import { type Signal, useSignal } from '@preact/signals';
import { sample, timeOfDay } from '../format.ts';
import { chosenOf, EXAMPLES, type QueryAnswer, type QueryBox } from '../query-box.ts';
import { type Graph, RANGES, type Range, type Series, showSeries } from '../query-result.ts';
import { nameOf, type PageState } from '../state.ts';
import { GraphView, paintOf } from './graph.tsx';
import { Icon } from './icon.tsx';

const ROWS_SHOWN = 50;

/** Asks a Prometheus: its answer as a graph, and as a table of what is so now. */
export function Query({ state, box }: { state: PageState; box: QueryBox }) {
  const answer = box.answer.value;
  return (
    <section class="query" aria-labelledby="query-title">
      <h2 id="query-title">Query</h2>
      <div class="card">
        <Ask state={state} box={box} />
        {state.prometheis.value.length === 0 && <p class="empty">There is no Prometheus to ask yet.</p>}
        {answer && (answer.error ? <Refusal message={answer.error} /> : <Result answer={answer} />)}
      </div>
    </section>
  );
}

function Ask({ state, box }: { state: PageState; box: QueryBox }) {
  const run = (event: Event): void => {
    event.preventDefault();
    void box.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) run(event);
  };
  return (
    <form onSubmit={run} aria-busy={box.running.value}>
      <div class="ask">
        <textarea
          id="promql"
          aria-label="PromQL expression. Enter runs it, Shift and Enter begin a new line"
          placeholder="PromQL, for example up"
          rows={1}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={box.text.value}
          onInput={({ currentTarget }) => {
            box.text.value = currentTarget.value;
          }}
          onKeyDown={onKeyDown}
        />
        <button type="submit" disabled={state.prometheis.value.length === 0}>
          Run
        </button>
      </div>
      <Examples box={box} />
      <div class="options">
        <Ranges box={box} />
        <label class="follow">
          <input
            type="checkbox"
            checked={box.follow.value}
            onChange={({ currentTarget }) => {
              box.follow.value = currentTarget.checked;
            }}
          />
          keep up to date
        </label>
        <Choice state={state} box={box} />
      </div>
    </form>
  );
}

const Examples = ({ box }: { box: QueryBox }) => (
  <div class="examples" role="group" aria-label="Examples">
    {EXAMPLES.map(({ name, query }) => (
      <button
        key={name}
        type="button"
        class="chip"
        title={query}
        aria-pressed={box.text.value.trim() === query}
        onClick={() => {
          box.text.value = query;
          void box.run();
        }}
      >
        {name}
      </button>
    ))}
  </div>
);

const Ranges = ({ box }: { box: QueryBox }) => (
  <fieldset class="ranges">
    <legend class="unseen">How far back</legend>
    {(Object.keys(RANGES) as Range[]).map((range) => (
      <label key={range}>
        <input
          type="radio"
          name="range"
          checked={box.range.value === range}
          onChange={() => {
            box.range.value = range;
            void box.run();
          }}
        />
        {range}
      </label>
    ))}
  </fieldset>
);

function Choice({ state, box }: { state: PageState; box: QueryBox }) {
  const all = state.prometheis.value;
  const chosen = chosenOf(state, box.chosen.value);
  if (!chosen || all.length < 2) return null;
  return (
    <label class="choice">
      of{' '}
      <select
        value={nameOf(chosen)}
        onChange={({ currentTarget }) => {
          box.chosen.value = currentTarget.value;
          void box.run();
        }}
      >
        {all.map((one) => (
          <option key={nameOf(one)} value={nameOf(one)}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

const Refusal = ({ message }: { message: string }) => (
  <p class="problem tone-bad" role="alert">
    <Icon shape="cross" />
    <span>{message}</span>
  </p>
);

function Result({ answer }: { answer: QueryAnswer }) {
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const cursor = useSignal<number | undefined>(undefined);
  const { graph } = answer;
  const drawn = graph && graph.series.length > 0;
  if (!drawn && answer.rows.length === 0) {
    return (
      <p class="empty">
        Nothing matches {answer.query} now, nor in the last {answer.range}.
      </p>
    );
  }
  return (
    <>
      {answer.graphError && <p class="empty">It has no graph: {answer.graphError}</p>}
      {drawn && <GraphView graph={graph} range={answer.range} query={answer.query} hidden={hidden} cursor={cursor} />}
      <Table answer={answer} hidden={hidden} cursor={cursor} />
    </>
  );
}

interface TableProps {
  readonly answer: QueryAnswer;
  readonly hidden: Signal<ReadonlySet<string>>;
  readonly cursor: Signal<number | undefined>;
}

/** Legend and table in one: values of now, or of the moment that is pointed at. */
function Table({ answer, hidden, cursor }: TableProps) {
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
