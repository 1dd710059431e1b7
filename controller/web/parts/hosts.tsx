import { useSignal } from '@preact/signals';
import { ago, count, memory } from '../format.ts';
import type { PageState } from '../state.ts';
import { TONES, toneOfHost, toneOfUnit, worst } from '../tone.ts';
import type { HostView } from '../wire.ts';
import { Icon, SHAPE_OF_STATE } from './icon.tsx';
import { Units } from './units.tsx';

/** Up to so many hosts are shown open; of more, those that need a look. */
export const OPEN_AT_MOST = 6;

export function Hosts({ state }: { state: PageState }) {
  const hosts = [...state.hosts.value].sort(
    (a, b) => TONES.indexOf(toneOfHost(b)) - TONES.indexOf(toneOfHost(a)) || (a.name < b.name ? -1 : 1),
  );
  return (
    <section class="hosts" aria-labelledby="hosts-title">
      <h2 id="hosts-title">
        Hosts <span class="quiet">{hosts.length}</span>
      </h2>
      {hosts.length === 0 && <p class="empty">A host shows up here as soon as it has enrolled.</p>}
      {hosts.map((host) => (
        <Host key={host.name} host={host} few={hosts.length <= OPEN_AT_MOST} nowMs={state.nowMs.value} />
      ))}
    </section>
  );
}

/** Opens by itself when something is the matter, until someone has opened or closed it by hand. */
function Host({ host, few, nowMs }: { host: HostView; few: boolean; nowMs: number }) {
  const choice = useSignal<boolean | undefined>(undefined);
  const tone = toneOfHost(host);
  const open = choice.value ?? (few || tone === 'bad' || tone === 'warn' || tone === 'busy');
  const toggle = (event: Event): void => {
    event.preventDefault();
    choice.value = !open;
  };
  return (
    <details class={`host card${host.online ? '' : ' away'}`} open={open}>
      <summary onClick={toggle}>
        <span class={`link tone-${host.online ? 'good' : 'bad'}`}>
          <Icon shape={host.online ? 'tick' : 'cross'} />
          {host.online ? 'online' : 'offline'}
        </span>
        <h3>{host.name}</h3>
        <Summary host={host} />
        <Labels labels={host.labels} />
      </summary>
      <Facts host={host} nowMs={nowMs} />
      {host.problems.map(({ code, message, hint }) => (
        <p key={code + message} class="problem tone-warn">
          <Icon shape="warning" />
          <span>
            {message} {hint && <span class="quiet">{hint}</span>}
          </span>
        </p>
      ))}
      <Units host={host} nowMs={nowMs} />
    </details>
  );
}

/** How many units are in which state, for a host that is shown closed. */
function Summary({ host }: { host: HostView }) {
  const states = Map.groupBy(host.online ? host.units : [], ({ state }) => state);
  return (
    <span class="summary">
      {[...states].map(([state, units]) => (
        <span key={state} class={`link tone-${worst(units.map(toneOfUnit))}`}>
          <Icon shape={SHAPE_OF_STATE[state]} /> {units.length} {state}
        </span>
      ))}
    </span>
  );
}

const Labels = ({ labels }: { labels: HostView['labels'] }) => (
  <span class="labels">
    {Object.entries(labels).map(([name, value]) => (
      <span key={name} class="label">
        {name}={value}
      </span>
    ))}
  </span>
);

function Facts({ host, nowMs }: { host: HostView; nowMs: number }) {
  const { os, arch, cpus, memoryBytes } = host.facts;
  const seen = host.lastSeenMs === null ? 'never seen' : `last seen ${ago(host.lastSeenMs, nowMs)}`;
  const revision =
    host.revision === host.wantedRevision ? '' : `at revision ${host.revision}, wanted ${host.wantedRevision}`;
  const facts = [
    host.online ? '' : seen,
    host.address,
    os,
    arch,
    cpus ? count(cpus, 'CPU') : '',
    memoryBytes ? memory(memoryBytes) : '',
    revision,
  ];
  return <p class="facts quiet">{facts.filter((fact) => fact !== '').join(' · ')}</p>;
}
