import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../proto/fault.ts';
import type { Operation } from '../proto/message.ts';
import { Agent } from './agent.ts';
import type { SupervisorKind } from './config.ts';
import { localAddressTowards, readAddresses, readFacts } from './host-facts.ts';
import type { Bring } from './install/bring-release.ts';
import type { Layout } from './install/layout.ts';
import { lockState } from './lock.ts';
import type { Log } from './log.ts';
import { SettingsFile } from './narrowing/settings-file.ts';
import { logsOf } from './reconcile/host.ts';
import { operate } from './reconcile/operate.ts';
import { type AgentIdentity, enrolmentOf, IdentityFile, isCopied } from './state/identity-file.ts';
import { keepReportFile } from './state/report-file.ts';
import { noteSession } from './state/session-file.ts';
import { openSupervisor } from './supervise/open-supervisor.ts';
import { Link } from './uplink/link.ts';

const LOOK_FOR_IDENTITY_MS = 2_000;
const LOOK_AT_ADDRESSES_MS = 10_000;
/** When all that matters is under way. */
const VIRTUALISATION_AFTER_MS = 5_000;

export interface RunOptions {
  readonly layout: Layout;
  readonly supervisor: SupervisorKind;
  /** What tells this machine from a copy of it; '': nothing does. */
  readonly machineId: string;
  /** How releases come here; `address` is where the controller is reached, and throws where it is not. */
  readonly bring: (address: () => string) => Bring;
  /** Costly to find out. */
  readonly virtualisation: () => Promise<string>;
  readonly log: Log;
  readonly now: () => number;
  readonly ticks: () => number;
  readonly chance: () => number;
}

/** The daemon, until the signal. Ending it ends none of the units: the next one adopts them. */
export async function runAgent(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { layout, log, now, ticks, chance } = options;
  await using life = new AsyncDisposableStack();
  life.use(await lockState(layout.state));
  const settings = new SettingsFile(layout);
  const mayAdopt = (user: string) => settings.current.settings.allow?.runAsUsers?.includes(user) ?? false;
  const supervisor = life.use(openSupervisor({ ...options, mayAdopt }));
  const held: { link?: Link } = {};
  const agent = new Agent({
    layout,
    supervisor,
    log,
    now,
    ticks,
    chance,
    settings,
    facts: readFacts(supervisor.kind),
    bring: options.bring(() => requireLink(held.link).address),
    certify: (unit, use, csrDer) => requireLink(held.link).certify(unit, use, csrDer),
  });
  // The controller is dialled meanwhile: nothing is said to it before the first look, and nothing taken from it before that.
  const recovered = agent.recover();
  const ending = new AbortController();
  life.defer(() => ending.abort());
  const until = AbortSignal.any([signal, ending.signal]);
  life.use(keepReportFile(layout.state, agent.reports, log));
  const file = new IdentityFile(layout.state);
  const stamp = file.stamp();
  const present = ownIdentity(agent, file, options);
  if (present) agent.belongTo(enrolmentOf(present));
  const linking = (identity: AgentIdentity) => keepLinked(agent, held, identity, file, options, until);
  const linked = present && linking(present);
  linked?.catch(() => undefined);
  await recovered;
  log.info({ supervisor: supervisor.kind, state: layout.state }, 'agent started');
  const working = agent.run(until);
  void addVirtualisation(agent, options, until);
  life.use(keepAddresses(agent));
  const identity = present ?? (await untilEnrolled(agent, file, stamp, options, until));
  await (linked ?? (identity && linking(identity)));
  await working;
  log.info('agent ended; its units run on');
}

async function keepLinked(
  agent: Agent,
  held: { link?: Link },
  identity: AgentIdentity,
  file: IdentityFile,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const { machineId } = options;
  if (!identity.machineId && machineId !== '') await file.change({ machineId });
  agent.belongTo(enrolmentOf(identity));
  held.link = linkOf(agent, identity, file, options);
  agent.knows({ authorities: identity.authorities, tls: identity.tls });
  await held.link.run(signal);
}

function linkOf(
  agent: Agent,
  identity: AgentIdentity,
  file: IdentityFile,
  { layout, log, now, ticks, chance }: RunOptions,
): Link {
  return new Link({
    identity,
    file,
    ticks,
    chance,
    host: {
      reports: agent.reports,
      supervisor: logsOf(agent.host),
      scrub: agent.host.specs.scrub,
      log,
      now,
      accept: (spec) => agent.accept(spec),
      operate: (operation: Operation) => operate(agent.host, agent.loop, agent.wanted() ?? [], operation),
      hasUnit: (name) => agent.hasUnit(name),
      portsOf: (unit) => agent.portsOf(unit),
      forbids: (what) => agent.forbids(what),
      credentials: agent.host.tls.credentials,
    },
    onConnect: async (address) => {
      agent.knows({ facts: { address: await localAddressTowards(address) } });
      // What failed for want of the controller is tried now, not when its turn comes.
      agent.loop.retryNow();
    },
    onSession(address) {
      agent.knows({ problems: { no_session: '' } });
      noteSession(layout.state, { address, problem: '' }, now());
    },
    onProblem(why) {
      agent.knows({ problems: { no_session: why } });
      noteSession(layout.state, { address: '', problem: why }, now());
    },
    onIdentity(changed) {
      agent.belongTo(enrolmentOf(changed));
      agent.knows({ authorities: changed.authorities, tls: changed.tls });
    },
  });
}

function requireLink(link: Link | undefined): Link {
  if (!link) throw new Error('this host is not enrolled');
  return link;
}

/** A copied identity is none: nothing is begun here in the name of another machine. What runs here by then runs on. */
function ownIdentity(agent: Agent, file: IdentityFile, { log, machineId }: RunOptions): AgentIdentity | undefined {
  const identity = file.read();
  if (!identity || !isCopied(identity, machineId)) {
    agent.knows({ problems: { copied_identity: '' } });
    return identity;
  }
  const why = `the identity here is a copy of that of ${identity.host}: its machine-id is ${identity.machineId}, this machine’s is ${machineId}`;
  log.error({ host: identity.host }, why);
  agent.knows({ problems: { copied_identity: why } });
  agent.belongTo('');
  return undefined;
}

/** Units of an earlier enrolment are kept right also while there is no identity. */
async function untilEnrolled(
  agent: Agent,
  file: IdentityFile,
  seen: number,
  options: RunOptions,
  signal: AbortSignal,
): Promise<AgentIdentity | undefined> {
  options.log.warn('this host is not enrolled: run "promfleet-agent enrol"');
  for (let stamp = seen; !signal.aborted; ) {
    await sleep(LOOK_FOR_IDENTITY_MS, undefined, { signal }).catch(() => undefined);
    if (file.stamp() === stamp) continue;
    stamp = file.stamp();
    const identity = ownIdentity(agent, file, options);
    if (identity) return identity;
  }
  return undefined;
}

/** Addresses come and go while the agent runs. */
function keepAddresses(agent: Agent): Disposable {
  let known = '';
  const look = () => {
    const addresses = readAddresses();
    if (known !== addresses.join()) agent.knows({ facts: { addresses } });
    known = addresses.join();
  };
  look();
  const timer = setInterval(look, LOOK_AT_ADDRESSES_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function addVirtualisation(
  agent: Agent,
  { virtualisation, log }: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sleep(VIRTUALISATION_AFTER_MS, undefined, { signal });
    agent.knows({ facts: { virtualisation: await virtualisation() } });
  } catch (error) {
    if (!signal.aborted) log.warn({ err: messageOf(error) }, 'cannot tell the virtualisation');
  }
}
