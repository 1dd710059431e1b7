import { duration } from '../format.ts';
import { explainUnit } from '../reasons.ts';
import { toneOfUnit } from '../tone.ts';
import type { HostView, UnitView } from '../wire.ts';
import { Bar } from './downloads.tsx';
import { Icon, SHAPE_OF_STATE } from './icon.tsx';

export function Units({ host, nowMs }: { host: HostView; nowMs: number }) {
  if (host.units.length === 0) return <p class="empty">Nothing is placed on this host.</p>;
  return (
    <ul class="units">
      {host.units.map((unit) => (
        <Unit key={unit.name} unit={unit} known={host.online} nowMs={nowMs} />
      ))}
    </ul>
  );
}

function Unit({ unit, known, nowMs }: { unit: UnitView; known: boolean; nowMs: number }) {
  const tone = toneOfUnit(unit);
  return (
    <li class="unit" data-unit={unit.name} data-state={unit.state}>
      {/* The key makes it a new element when the state changes, and so flashes once. */}
      <span key={unit.state} class={`state tone-${tone}`}>
        <Icon shape={SHAPE_OF_STATE[unit.state]} />
        {known ? unit.state : `${unit.state}?`}
      </span>
      <span class="name">
        <b>{unit.name}</b> <Version unit={unit} />
      </span>
      <span class="numbers quiet" title={unit.pid > 0 ? `pid ${unit.pid}` : ''}>
        {numbersOf(unit, nowMs)}
      </span>
      {tone !== 'good' && <Why unit={unit} />}
      {unit.activity && <Bar what={`${unit.activity.step} …`} done={unit.activity.done} total={unit.activity.total} />}
      {unit.lastLines.length > 0 && tone === 'bad' && (
        <details class="log" open={unit.state === 'failed'}>
          <summary>Last lines of its log</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
          <pre tabIndex={0}>{unit.lastLines.join('\n')}</pre>
        </details>
      )}
    </li>
  );
}

function Version({ unit }: { unit: UnitView }) {
  const { version, wantedVersion } = unit;
  if (wantedVersion === '') return <span class="quiet">{version} (being removed)</span>;
  if (version === '' || version === wantedVersion) return <span class="quiet">{wantedVersion}</span>;
  return (
    <span class="quiet">
      {version} → {wantedVersion}
    </span>
  );
}

function numbersOf(unit: UnitView, nowMs: number): string {
  const up = unit.pid > 0 && unit.startedAtMs > 0;
  return [
    up ? `up ${duration(nowMs - unit.startedAtMs)}` : '',
    unit.restarts > 0 ? `restarted ${unit.restarts}×` : '',
    unit.port > 0 ? `port ${unit.port}` : '',
  ]
    .filter((number) => number !== '')
    .join(' · ');
}

const Why = ({ unit }: { unit: UnitView }) => <p class="why">{explainUnit(unit)}</p>;
