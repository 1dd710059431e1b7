import { messageOf } from '../../proto/fault.ts';
import type { Api } from './api.ts';
import { nameOf, type PageState, takeStatus } from './state.ts';
import type { TargetsSeen } from './verdict.ts';

const EVENTS_READ = 50;

export async function readStatus(api: Api, state: PageState): Promise<void> {
  const [status, prometheis] = await Promise.all([api.status(), api.prometheis()]);
  takeStatus(state, status);
  state.prometheis.value = prometheis;
}

export async function readAll(api: Api, state: PageState): Promise<void> {
  const [events] = await Promise.all([api.events(EVENTS_READ), readStatus(api, state)]);
  state.events.value = events;
}

/** Asks every Prometheus for its targets. One that can't be asked keeps nothing: an old "up" would be a lie. */
export async function readTargets(api: Api, state: PageState): Promise<void> {
  const seen = await Promise.all(
    state.prometheis.value.map(async (of): Promise<[string, TargetsSeen]> => {
      const prometheus = nameOf(of);
      try {
        return [prometheus, { prometheus, targets: await api.targets(of), error: '' }];
      } catch (error) {
        return [prometheus, { prometheus, targets: [], error: messageOf(error) }];
      }
    }),
  );
  if (state.link.value.kind === 'live') state.targets.value = new Map(seen);
}
