import { messageOf } from '../../proto/fault.ts';
import type { Api } from './api.ts';
import { canAnswer, nameOf, type PageState, takeStatus } from './state.ts';
import type { TargetsSeen } from './tone.ts';

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

/** Asks every Prometheus that is ready for its targets. Of the others nothing is kept: an old "up" would be a lie. */
export async function readTargets(api: Api, state: PageState): Promise<void> {
  const askable = state.prometheis.value.filter((of) => canAnswer(state, of));
  const seen = await Promise.all(
    askable.map(async (of): Promise<[string, TargetsSeen]> => {
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
