import type { HostFacts } from '../../proto/report.ts';
import type { Commit } from '../events/commit.ts';
import type { Stores } from '../store/stores.ts';
import { cloneFault, decideBoot, showMachine } from './boots.ts';

interface AdmissionDeps {
  readonly stores: Pick<Stores, 'boots'>;
  readonly commit: Commit;
  readonly now: () => number;
}

/**
 * Whether a machine that has a host's key is that host. 'question': ask it something first; 'clone': it is, and the one that took its
 * place meanwhile is another machine. @throws Fault `denied` when it is the other machine.
 */
export function admit(
  { stores, commit, now }: AdmissionDeps,
  host: string,
  facts: HostFacts,
  hasAnswered: boolean,
): 'admitted' | 'question' | 'clone' {
  const boots = stores.boots.of(host);
  const decision = decideBoot(boots, facts.bootId, hasAnswered);
  switch (decision.kind) {
    case 'admit':
      if (decision.isNew) commit(() => stores.boots.add(host, facts.bootId, showMachine(facts)), { durable: false });
      return 'admitted';
    case 'refuse':
      commit(() => stores.boots.refuse(host, facts.bootId, now()), { durable: false });
      throw cloneFault(host);
    case 'question':
      return 'question';
    case 'clone': {
      const later = boots.slice(boots.findIndex(({ bootId }) => bootId === facts.bootId) + 1);
      const others = [...new Set(later.map(({ machine }) => machine))].join(', ');
      commit((record) => {
        stores.boots.refuseAfter(host, facts.bootId, now());
        const message = `two machines have the identity of ${host}: ${showMachine(facts)} was there first and stays, ${others} is refused`;
        record({ at: now(), kind: 'HostCloned', host, unit: '', message });
      });
      return 'clone';
    }
  }
}
