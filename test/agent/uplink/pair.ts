import assert from 'node:assert/strict';
import { bringOver } from '../../../agent/bring-apart.ts';
import { enrolHost } from '../../../agent/enrol.ts';
import { readFacts } from '../../../agent/host-facts.ts';
import { type Layout, layoutOf } from '../../../agent/install/layout.ts';
import { type RunOptions, runAgent } from '../../../agent/run.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { eventually } from '../../support/eventually.ts';
import { processesBelow } from '../../support/processes.ts';
import { serveTestRpc, type TestRpc } from '../../support/serve-test-rpc.ts';
import { quiet, temporaryHome } from '../agent-scene.ts';

interface Flags {
  newIdentity?: boolean;
  sameMachine?: boolean;
  name?: string;
}

/** A real controller's gRPC side, and an agent as the program runs it. */
export class Pair implements AsyncDisposable {
  readonly rpc: TestRpc;
  readonly home: ReturnType<typeof temporaryHome>;
  readonly layout: Layout;
  clockMs = 0;
  machineId = '';
  log = quiet;
  /** In this process: another takes its time to start. */
  bring: RunOptions['bring'] = (address) => bringOver(this.layout, address);
  #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #number = 0;

  constructor(rpc: TestRpc, home = temporaryHome()) {
    this.rpc = rpc;
    this.home = home;
    this.layout = layoutOf(home.path);
  }

  now = (): number => Date.now() + this.clockMs;

  enrol(change: { token?: string; pin?: string; port?: number } & Flags = {}) {
    const pin = change.pin ?? this.rpc.state.authority.pin().replace('sha256:', '');
    const controller = `127.0.0.1:${change.port ?? this.rpc.rpc.enrolmentPort}`;
    const token = change.token ?? this.rpc.state.token().token;
    const { newIdentity = false, sameMachine = false, name = 'web-1' } = change;
    const options = { controller, session: '', pin, name, newIdentity, sameMachine };
    return enrolHost({
      state: this.layout.state,
      options,
      token,
      facts: readFacts('process'),
      machineId: this.machineId,
      now: this.now,
    });
  }

  start(): void {
    this.#ending = new AbortController();
    const clocks = { now: this.now, ticks: () => performance.now() };
    const { layout, machineId, log } = this;
    const machine = { supervisor: 'process' as const, virtualisation: () => Promise.resolve('') };
    const options = { layout, machineId, ...machine, bring: this.bring, log, ...clocks, chance: () => 0 };
    this.#running = runAgent(options, this.#ending.signal);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  want(...units: UnitSpec[]): void {
    this.rpc.state.stores.specs.put('web-1', { revision: { epoch: 1, number: ++this.#number }, units });
    this.rpc.sessions.wake(['web-1']);
  }

  get report() {
    return this.rpc.state.stores.reports.find('web-1')?.report;
  }

  untilOnline = () => eventually(() => assert.ok(this.rpc.sessions.online().has('web-1')), 15_000);

  untilReady = () =>
    eventually(() => {
      const unit = this.report?.units[0];
      assert.equal(unit?.state, 'ready', JSON.stringify(unit));
      assert.equal(this.report?.revision.number, this.#number);
      return unit;
    }, 15_000);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const { pid } of processesBelow(this.home.path)) process.kill(pid, 'SIGKILL');
    this.home[Symbol.dispose]();
    await this.rpc[Symbol.asyncDispose]();
  }
}

export const openPair = async (archives?: string, names: readonly string[] = []) =>
  new Pair(await serveTestRpc(archives ? { archives, names } : { names }));
