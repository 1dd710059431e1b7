import { ago, timeOfDay } from '../format.ts';
import type { PageState } from '../state.ts';
import { Icon } from './icon.tsx';

/** Which fleet this is, and whether what is shown is so now. */
export function Header({ state }: { state: PageState }) {
  const fleet = state.fleet.value;
  const controller = state.controller.value;
  return (
    <header class="top">
      <h1 class="brand">
        <Mark />
        <span class="wordmark">promfleet</span>
        {fleet && <span class="fleet">{fleet.name}</span>}
      </h1>
      {fleet && (
        <p class="quiet">
          revision {fleet.revision}, applied {ago(fleet.appliedAtMs, state.nowMs.value)} by {fleet.actor}
        </p>
      )}
      {controller && <p class="quiet">controller {controller.version}</p>}
      <LinkState state={state} />
    </header>
  );
}

function LinkState({ state }: { state: PageState }) {
  const link = state.link.value;
  if (link.kind === 'live') {
    return (
      <p class="link tone-good">
        <span class="beat" aria-hidden="true" /> live
      </p>
    );
  }
  const words = {
    connecting: 'connecting …',
    lost: link.kind === 'lost' ? `as of ${timeOfDay(link.sinceMs)}` : '',
    denied: 'not signed in',
  };
  return (
    <p class={`link ${link.kind === 'connecting' ? 'tone-busy' : 'tone-bad'}`}>
      <Icon shape={link.kind === 'connecting' ? 'half' : 'cross'} /> {words[link.kind]}
    </p>
  );
}

const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path
      d="M16 2 28.1 9v14L16 30 3.9 23V9Z"
      fill="none"
      stroke="currentColor"
      stroke-width="2.4"
      stroke-linejoin="round"
    />
    <path
      d="M9.5 18.5h3l2.2-7 3.4 10 2-5h2.6"
      fill="none"
      stroke="currentColor"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
