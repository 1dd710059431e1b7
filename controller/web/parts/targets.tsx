import type { UnitState } from '../../../proto/report.ts';
import { ago } from '../format.ts';
import { nameOf, type PageState, unitOf } from '../state.ts';
import { type TargetsSeen, TONES, toneOfTarget } from '../tone.ts';
import type { TargetView } from '../wire.ts';
import { Icon } from './icon.tsx';

const SHAPES = { up: 'tick', down: 'cross', unknown: 'half' } as const;

/** What each Prometheus scrapes, and whether it gets an answer. */
export function Targets({ state }: { state: PageState }) {
  const prometheis = state.prometheis.value;
  return (
    <section class="targets" aria-labelledby="targets-title">
      <h2 id="targets-title">Targets</h2>
      {prometheis.length === 0 && <p class="empty">They show up here as soon as a Prometheus runs.</p>}
      {prometheis.map((prometheus) => (
        <Scraped
          key={nameOf(prometheus)}
          name={nameOf(prometheus)}
          seen={state.targets.value.get(nameOf(prometheus))}
          unitState={unitOf(state, prometheus)?.state}
          nowMs={state.nowMs.value}
        />
      ))}
    </section>
  );
}

interface ScrapedProps {
  readonly name: string;
  readonly seen: TargetsSeen | undefined;
  readonly unitState: UnitState | undefined;
  readonly nowMs: number;
}

function Scraped({ name, seen, unitState, nowMs }: ScrapedProps) {
  const targets = [...(seen?.targets ?? [])].sort(
    (a, b) =>
      TONES.indexOf(toneOfTarget(b)) - TONES.indexOf(toneOfTarget(a)) ||
      (`${a.job} ${a.instance}` < `${b.job} ${b.instance}` ? -1 : 1),
  );
  const up = targets.filter(({ health }) => health === 'up').length;
  return (
    <div class="card" data-prometheus={name}>
      <h3>
        {name} {seen && !seen.error && <span class="quiet">{`${up} of ${targets.length} up`}</span>}
      </h3>
      {!seen && <p class="empty">{explainSilence(unitState)}</p>}
      {seen?.error && <p class="empty">It can’t be asked now: {seen.error}</p>}
      <ul class="target-list">
        {targets.map((target) => (
          <Target key={target.url} target={target} nowMs={nowMs} />
        ))}
      </ul>
    </div>
  );
}

function explainSilence(unitState: UnitState | undefined): string {
  if (unitState === 'ready') return 'Asking …';
  return unitState ? `It is ${unitState}: its targets show up here once it is ready.` : 'Its host is out of reach.';
}

function Target({ target, nowMs }: { target: TargetView; nowMs: number }) {
  const { job, instance, health, lastError, lastScrapeMs } = target;
  return (
    <li class="target" title={target.url}>
      <span key={health} class={`state tone-${toneOfTarget(target)}`}>
        <Icon shape={SHAPES[health as keyof typeof SHAPES] ?? 'unknown'} />
        {health === 'unknown' ? 'not yet' : health}
      </span>
      <span class="name">
        <b>{job}</b> <span class="quiet">{instance}</span>
      </span>
      <span class="numbers quiet">{lastScrapeMs ? ago(lastScrapeMs, nowMs) : ''}</span>
      {lastError && <p class="why">{lastError}</p>}
    </li>
  );
}
