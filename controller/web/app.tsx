import { effect } from '@preact/signals';
import { render } from 'preact';
import { type Api, createApi, keepCredential, takeCredential } from './api.ts';
import { every } from './every.ts';
import { keepLive } from './live.ts';
import { Page } from './parts/page.tsx';
import { chosenOf, createQueryBox, isDue, type QueryBox, readAsked, writeAsked } from './query-box.ts';
import { readAll, readStatus, readTargets } from './read.ts';
import { canAnswer, createState, linkAfter, type PageState, takeMessage, tick, titleOf } from './state.ts';
import './style.css';

const TARGETS_EVERY_MS = 5_000;
const QUERY_LOOK_MS = 1_000;
/** A unit that came or went shows in its targets only after the next scrape. */
const LOOK_AFTER_MS = [2_000, 4_000];
/** After these a host may have come or gone, or all may have been resolved anew: look at everything again. */
const LOOK_AGAIN: readonly string[] = ['FleetChanged', 'EpochBegun', 'HostEnrolled', 'HostLabelled', 'HostRemoved'];

function start(): void {
  let credential = takeCredential(location, history, sessionStorage);
  const now = () => Date.now();
  const state = createState(now());
  const api = createApi(location.origin, () => credential);
  const box = createQueryBox(
    { api, state, now, onAsked: (asked) => history.replaceState(null, '', writeAsked(asked)) },
    readAsked(location.hash),
  );
  const lookAtTargets = every(TARGETS_EVERY_MS, async () => {
    if (isWatched(state)) await readTargets(api, state);
  });
  effect(() => {
    if (state.announcement.value) for (const ms of LOOK_AFTER_MS) setTimeout(lookAtTargets, ms);
  });
  const link = followLive(api, state, now, lookAtTargets);
  followQuery(state, box);
  setInterval(() => tick(state, now()), 1_000);
  effect(() => {
    document.title = titleOf(state);
  });
  addEventListener('keydown', jumpToQuery);
  addEventListener('online', link.retry);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    link.retry();
    lookAtTargets();
  });
  const onCredential = (given: string): void => {
    credential = given;
    keepCredential(sessionStorage, given);
    state.link.value = { kind: 'connecting' };
    link.retry();
  };
  render(<Page state={state} box={box} onCredential={onCredential} />, document.getElementById('page') as HTMLElement);
}

/** A slash goes to the query box, as in most tools, unless one is being typed. */
function jumpToQuery(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById('promql')?.focus();
}

const isWatched = (state: PageState): boolean => state.link.value.kind === 'live' && !document.hidden;

const followLive = (api: Api, state: PageState, now: () => number, lookAtTargets: () => void) =>
  keepLive({
    openSocket: () => api.openLive(),
    readAll: () => readAll(api, state),
    pulse: async () => {
      state.prometheis.value = await api.prometheis();
    },
    onMessage: (message) => {
      takeMessage(state, message, now());
      if (message.type === 'host') lookAtTargets();
      if (message.type === 'event' && LOOK_AGAIN.includes(message.event.kind)) {
        void readStatus(api, state).catch(() => undefined);
      }
    },
    onLive: () => {
      state.link.value = { kind: 'live' };
      lookAtTargets();
    },
    onLost: (why) => {
      state.link.value = linkAfter(state.link.value, why, now());
    },
    chance: () => Math.random(),
  });

/** Asks the first question as soon as someone can answer it, and asks again while the page is looked at. */
function followQuery(state: PageState, box: QueryBox): void {
  effect(() => {
    if (state.link.value.kind === 'live' && !box.answer.peek() && canAnswer(state, chosenOf(state, box.chosen.value)))
      void box.run();
  });
  every(QUERY_LOOK_MS, async () => {
    if (
      isWatched(state) &&
      box.follow.value &&
      isDue(box.answer.value, state.nowMs.value) &&
      canAnswer(state, chosenOf(state, box.chosen.value))
    )
      await box.refresh();
  });
}

start();
