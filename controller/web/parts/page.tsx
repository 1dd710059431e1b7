import type { QueryBox } from '../query-box.ts';
import type { PageState } from '../state.ts';
import { Downloads } from './downloads.tsx';
import { Events } from './events.tsx';
import { Header } from './header.tsx';
import { Hosts, OPEN_AT_MOST } from './hosts.tsx';
import { Query } from './query.tsx';
import { SignIn } from './sign-in.tsx';
import { Targets } from './targets.tsx';
import { VerdictBand } from './verdict.tsx';

interface PageProps {
  readonly state: PageState;
  readonly box: QueryBox;
  readonly onCredential: (credential: string) => void;
}

export const Page = ({ state, box, onCredential }: PageProps) => (
  <>
    <Header state={state} />
    {state.link.value.kind === 'denied' ? (
      <SignIn why={state.link.value.why} onCredential={onCredential} />
    ) : (
      <Main state={state} box={box} />
    )}
    <p class="unseen" aria-live="polite">
      {state.announcement.value}
    </p>
  </>
);

function Main({ state, box }: Omit<PageProps, 'onCredential'>) {
  const stale = state.link.value.kind !== 'live' && state.controller.value !== undefined;
  // Beside a long list of hosts there is room under the query; beside a short one, under the hosts.
  const manyHosts = state.hosts.value.length > OPEN_AT_MOST;
  return (
    <main class={stale ? 'stale' : ''}>
      <VerdictBand state={state} />
      <Downloads state={state} />
      <div class="column">
        <Hosts state={state} />
        {!manyHosts && <Events state={state} />}
      </div>
      <div class="column">
        <Targets state={state} />
        <Query state={state} box={box} />
        {manyHosts && <Events state={state} />}
      </div>
    </main>
  );
}
