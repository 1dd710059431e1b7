import { Fault } from '../../../proto/fault.ts';
import { duration, hostName, name } from '../../fleet/kinds/keys.ts';

/** What a new fleet is made from. */
export interface Answers {
  readonly name: string;
  /** Hosts that run Prometheus and Alertmanager; none: those with the label role=monitoring. */
  readonly hosts: readonly string[];
  readonly pair: boolean;
  /** URL of a webhook; '' for nowhere yet. */
  readonly alertsTo: string;
  readonly retention: string;
}

/** As they are typed, on the command line or to a question. */
export interface Typed {
  readonly name: string;
  readonly hosts: string;
  readonly pair: string;
  readonly alertsTo: string;
  readonly retention: string;
}

export interface Question {
  readonly key: keyof Typed;
  readonly asks: string;
  /** What is taken when nothing is answered. */
  readonly usual: (known: Partial<Typed>) => string;
}

const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((host) => host !== '');

export const QUESTIONS: readonly Question[] = [
  { key: 'name', asks: 'What is the fleet called?', usual: () => 'production' },
  {
    key: 'hosts',
    asks: 'Which hosts run Prometheus and Alertmanager? (names; empty: those with the label role=monitoring)',
    usual: () => '',
  },
  {
    key: 'pair',
    asks: 'Two Prometheis, so that one can be without the other? (yes or no)',
    usual: ({ hosts = '' }) => (namesIn(hosts).length > 1 ? 'yes' : 'no'),
  },
  { key: 'alertsTo', asks: 'Where do alerts go? (the URL of a webhook; empty: nowhere yet)', usual: () => '' },
  { key: 'retention', asks: 'How long are samples kept?', usual: () => '15d' },
];

/** @throws Fault `invalid` at the first that can't be */
export function readAnswers(typed: Typed): Answers {
  const refuse = (what: string, expected: string): never => {
    throw new Fault('invalid', `cannot make a fleet with ${what}`, { hint: `it must be ${expected}` });
  };
  if (!name.safeParse(typed.name).success)
    refuse(`the name ${typed.name}`, 'letters and digits with - _ or . between them');
  const hosts = namesIn(typed.hosts);
  const wrong = hosts.find((host) => !hostName.safeParse(host).success);
  if (wrong !== undefined) refuse(`the host ${wrong}`, 'the name of a host');
  if (!/^(y|yes|n|no)$/i.test(typed.pair)) refuse(`the answer ${typed.pair}`, 'yes or no');
  const pair = /^y/i.test(typed.pair);
  if (pair && hosts.length === 1)
    refuse(`a pair on ${hosts.join(', ')}`, 'at least two hosts, or none for those with the label');
  if (!/^(https?:\/\/\S+)?$/.test(typed.alertsTo))
    refuse(`alerts to ${typed.alertsTo}`, 'a URL that begins with http:// or https://');
  if (!duration.safeParse(typed.retention).success)
    refuse(`a retention of ${typed.retention}`, 'a duration such as 15d');
  return { name: typed.name, hosts, pair, alertsTo: typed.alertsTo, retention: typed.retention };
}
