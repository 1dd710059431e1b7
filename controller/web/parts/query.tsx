import { useSignal } from '@preact/signals';
import { chosenOf, EXAMPLES, type QueryAnswer, type QueryBox } from '../query-box.ts';
import { RANGES, type Range } from '../query-result.ts';
import { canAnswer, nameOf, type PageState, unitOf } from '../state.ts';
import { GraphView } from './graph.tsx';
import { Icon } from './icon.tsx';
import { QueryTable } from './query-table.tsx';

/** Asks a Prometheus: its answer as a graph, and as a table of what is so now. */
export function Query({ state, box }: { state: PageState; box: QueryBox }) {
  const answer = box.answer.value;
  return (
    <section class="query" aria-labelledby="query-title">
      <h2 id="query-title">Query</h2>
      <div class="card">
        <Ask state={state} box={box} />
        {state.prometheis.value.length === 0 && <p class="empty">There is no Prometheus to ask yet.</p>}
        <Doubt state={state} box={box} />
        {answer && (answer.error ? <Refusal message={answer.error} /> : <Result answer={answer} />)}
      </div>
    </section>
  );
}

/** Says so when what is shown can't be of now. */
function Doubt({ state, box }: { state: PageState; box: QueryBox }) {
  const of = chosenOf(state, box.chosen.value);
  if (!of || canAnswer(state, of)) return null;
  const unit = unitOf(state, of);
  return (
    <p class="empty">
      {nameOf(of)} is {unit ? unit.state : 'out of reach'}
      {box.answer.value ? ': this is what it said before.' : '.'}
    </p>
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
      <QueryTable answer={answer} hidden={hidden} cursor={cursor} />
    </>
  );
}
