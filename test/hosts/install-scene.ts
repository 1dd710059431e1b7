import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Download, manifest, type Packed } from '../../controller/downloads/manifest.ts';
import type { CreatedToken } from '../../controller/http/tokens.ts';
import { sha256 } from '../../proto/digest.ts';
import { buildDownloads } from '../support/real-downloads.ts';
import { Lab, type LabHost, type LabPlace, type Suite } from './lab-host.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What hosts call the controller: who answers to it can be changed. */
export const CONTROLLER = 'mon.lab';

export interface Ports {
  readonly api: number;
  readonly sessions: number;
  readonly enrolment: number;
}

export interface Pasted {
  readonly code: number;
  readonly text: string;
}

export type Token = CreatedToken & { readonly install: NonNullable<CreatedToken['install']> };

/** Bare hosts, and a real controller on this machine that serves the agent; it runs from a clone of its own, whose dist/ may be changed. */
export class InstallScene implements Disposable {
  readonly lab: Lab;
  readonly clone: string;
  readonly ports: Ports;
  readonly #controller: ChildProcess;

  static async open(place: LabPlace, ...suites: readonly Suite[]): Promise<InstallScene> {
    buildDownloads();
    const lab = new Lab(place);
    await lab.boot(...suites.map((suite) => ({ suite })));
    for (const host of lab.hosts) await answerFrom(host, lab.outside);
    const clone = mkdtempSync(join(tmpdir(), 'promfleet-install-'));
    mkdirSync(join(clone, 'installers'));
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    execFileSync('cp', ['-r', '--reflink=auto', join(ROOT, 'dist'), clone]);
    execFileSync('cp', [join(ROOT, 'installers/promfleet'), join(clone, 'installers')]);
    const controller = startController(clone, lab.outside);
    return new InstallScene(lab, clone, controller, await portsOf(controller));
  }

  private constructor(lab: Lab, clone: string, controller: ChildProcess, ports: Ports) {
    this.lab = lab;
    this.clone = clone;
    this.#controller = controller;
    this.ports = ports;
  }

  host(number: number): LabHost {
    return this.lab.hosts[number - 1] as LabHost;
  }

  /** What `promfleet …` prints. */
  async type(...words: string[]): Promise<string> {
    const env = { ...process.env, PROMFLEET_SOCKET: join(this.clone, 'state/control.sock') };
    return (await promisify(execFile)(join(this.clone, 'installers/promfleet'), words, { env })).stdout;
  }

  async token(...words: string[]): Promise<Token> {
    return JSON.parse(await this.type('token', 'create', '-o', 'json', ...words)) as Token;
  }

  /** The controller has another version of the agent from now on; '' for the one that it began with. */
  serve(version: string): void {
    const [from, to] = [join(ROOT, 'dist/downloads'), join(this.clone, 'dist/downloads')];
    execFileSync('cp', ['-r', '--reflink=auto', `${from}/.`, to]);
    if (version === '') return;
    const file = join(to, 'manifest.json');
    const { downloads } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
    const agent = downloads.find(({ name }) => name === 'agent') as Download;
    const packed = agent.files.find(({ encoding }) => encoding === 'gzip') as Packed;
    const apart = mkdtempSync(join(this.clone, 'agent-'));
    execFileSync('tar', ['-xzf', join(to, packed.file), '-C', apart]);
    const bundle = readFileSync(join(apart, 'agent.cjs'), 'utf8').replaceAll(`"${agent.version}"`, `"${version}"`);
    writeFileSync(join(apart, 'agent.cjs'), bundle);
    execFileSync('tar', ['-czf', join(to, 'new.tar.gz'), '-C', apart, '.']);
    const bytes = readFileSync(join(to, 'new.tar.gz'));
    const made = { encoding: 'gzip' as const, file: 'new.tar.gz', size: bytes.length, sha256: sha256(bytes) };
    const other = { ...agent, version, sha256: sha256(Buffer.from(version)), files: [made] };
    writeFileSync(file, JSON.stringify({ downloads: downloads.map((one) => (one === agent ? other : one)) }));
  }

  [Symbol.dispose](): void {
    this.#controller.kill('SIGKILL');
    this.lab[Symbol.dispose]();
    rmSync(this.clone, { recursive: true, force: true });
  }
}

function startController(clone: string, listen: string): ChildProcess {
  const words = ['--dir', join(clone, 'state'), '--listen', listen, '--name', CONTROLLER];
  for (const port of ['--api-port', '--session-port', '--enrolment-port']) words.push(port, '0');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return spawn(join(clone, 'installers/promfleet'), ['controller', ...words], { stdio: [...stdio] });
}

async function portsOf(controller: ChildProcess): Promise<Ports> {
  const ended = once(controller, 'exit').then(() => {
    throw new Error('the controller ended');
  });
  const lines = createInterface(controller.stdout as Readable);
  const up = new Promise<Ports>((found) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line) as Ports & { msg: string };
      if (said.msg === 'controller is up') found(said);
    });
  });
  return Promise.race([up, ended]);
}

/** Who answers to the controller's name, from this host's point of view. */
export const answerFrom = (host: LabHost, address: string): Promise<string> =>
  host.sh(`sed -i '/ ${CONTROLLER}$/d' /etc/hosts; echo '${address} ${CONTROLLER}' >> /etc/hosts`);

/** The line without its token, for a host that is enrolled already. */
export const withoutToken = (line: string): string => line.replace(/echo PROMFLEET_TOKEN=\S+; /, '');

/** A line as a person types it on the host. */
export async function paste(host: LabHost, line: string): Promise<Pasted> {
  const printed = await host.sh(`( ${line} ) 2>&1; echo "exit $?"`);
  const [, text = '', code = '-1'] = /^([^]*)exit (\d+)\n$/.exec(printed) ?? [];
  return { text, code: Number(code) };
}

/** Every file of a host that lasts, with what it is and how large; without what any login or boot writes. */
export const everything = (host: LabHost): Promise<string> =>
  host.sh(
    `find / -xdev -path /proc -prune -o -path /var/log -prune -o -path /tmp -prune -o -path /var/tmp -prune -o -path /var/lib/systemd -prune -o -path /root -prune \\
      -o ! -name '*-' ! -name .pwd.lock ! -type d -printf '%p %m %u %s\\n' -o -type d -printf '%p %m %u\\n' | sort`,
  );

/** Nothing of an agent is here. */
export const isBare = (host: LabHost): Promise<string> =>
  host.sh(
    `ls -d /opt/promfleet /var/lib/promfleet-agent /etc/promfleet /usr/local/bin/promfleet-agent /etc/systemd/system/promfleet-agent* 2>/dev/null; :`,
  );
