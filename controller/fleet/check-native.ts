import { join } from 'node:path';
import { digestOf } from '../../proto/digest.ts';
import { Fault, type Finding } from '../../proto/fault.ts';
import { expandSecrets, type SecretValue, scrubber } from '../../proto/secrets.ts';
import type { Release, SpecFile } from '../../proto/spec.ts';
import { OWN_ARCH } from '../releases/own-arch.ts';
import type { SourceChoice } from '../releases/source.ts';
import type { FleetDeps, Library } from './deps.ts';
import { finding } from './place.ts';
import { TLS_STAND_INS } from './render-tls.ts';
import { argvOf, type ReadyUnit } from './resolve.ts';
import { keyPlaceIn, placeIn, type Resource } from './resource.ts';
import { runRouteTests, runRuleTests } from './run-tests.ts';
import { inStage, runTool } from './run-tool.ts';
import { explainRefusal, flagsInHelp, readTool, refusalIn, sentencesIn } from './tool-output.ts';
import type { Verdicts } from './verdicts.ts';

type Tools = Pick<FleetDeps, 'library' | 'verdicts' | 'secrets'>;

export interface NativeChecks {
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
  /** Resources whose files no tool was asked about. */
  readonly unasked: ReadonlySet<Resource>;
}

/** What only the programs themselves know: their flags against this very version, and its own judgement of its files. */
export async function checkNative(
  deps: Tools,
  units: readonly ReadyUnit[],
  sources: readonly SourceChoice[],
): Promise<NativeChecks> {
  const findings: Finding[] = [];
  const notes: Finding[] = [];
  const unasked = new Set<Resource>();
  const questions = new Questions(deps.verdicts);
  const waiting = alike(units);
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
      const release = await runnableHere(deps.library, unit, sources);
      if (release) findings.push(...(await check(unit, release.sha256, deps, questions)));
      else {
        notes.push(notChecked(unit));
        unasked.add(unit.placed.resource);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { findings, notes, unasked };
}

/** Programs that run at the same time, of each of which some are one thread. */
const AT_ONCE = 3;

/** Each question holds all that its answer depends on. */
async function check(
  unit: ReadyUnit,
  sha256: string,
  { library, secrets }: Tools,
  questions: Questions,
): Promise<Finding[]> {
  const { placed, rendered } = unit;
  const flags = digestOf({ sha256, argv: wordsOf(placed) });
  const files = digestOf({
    sha256,
    checks: placed.component.checks,
    files: rendered?.files,
    secrets: rendered?.secrets,
    tests: rendered?.tests,
    routeTests: (placed.resource.settings as { route_tests?: unknown }).route_tests,
  });
  const found = await Promise.all([
    questions.ask(flags, async () => checkFlags(unit, await library.unpacked(sha256))),
    rendered
      ? questions.ask(files, async () => {
          const programs = await library.unpacked(sha256);
          const found = await checkFiles(unit, programs, secrets);
          // Rules that can't be read fail every test: it would only be said again.
          return found.length > 0 ? found : runRuleTests(unit, programs);
        })
      : [],
  ]);
  return found.flat();
}

/** What was agreed to once is asked no more, nor what is being asked; a refusal names its resource, so each asks for its own. */
class Questions {
  readonly #verdicts: Verdicts;
  readonly #asking = new Map<string, Promise<Finding[]>>();

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  async ask(question: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
    const before = this.#asking.get(question);
    // No moment between looking and asking: two that come together would both ask.
    if (before) await before.catch(() => undefined);
    if (this.#verdicts.hasPassed(question)) return [];
    const asking = work();
    this.#asking.set(question, asking);
    const findings = await asking;
    if (findings.length === 0) this.#verdicts.pass(question);
    return findings;
  }
}

/** Which free port it is says nothing of the flags: units that differ in it alone are asked about once. */
const wordsOf = (placed: ReadyUnit['placed']): string[] => argvOf({ ...placed, port: placed.component.port });

/** One of all the units that differ in nothing a check could see. */
function alike(units: readonly ReadyUnit[]): ReadyUnit[] {
  const first = new Map<string, ReadyUnit>();
  for (const unit of units) {
    const version = `${unit.release.version} ${unit.release.build}`;
    const key = JSON.stringify([unit.placed.resource.kind, unit.placed.resource.name, version, argvOf(unit.placed)]);
    if (!first.has(key)) first.set(key, unit);
  }
  return [...first.values()];
}

async function runnableHere(
  library: Library,
  { placed, release }: ReadyUnit,
  sources: readonly SourceChoice[],
): Promise<Release | undefined> {
  if (release.arch === OWN_ARCH) return release;
  try {
    return await library.obtain({ component: placed.component, version: release.version, arch: OWN_ARCH }, sources);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

const notChecked = ({ placed, release }: ReadyUnit): Finding =>
  finding(
    placeIn(placed.resource, 'version'),
    `flags and files of ${placed.unit} were not checked: no ${placed.component.name} ${release.version} for ${OWN_ARCH}, which the controller could run`,
    'the host checks them before anything is switched',
  );

/** The exact words that the unit will be started with, then `--version`: nothing is opened, and unknown flags show. */
async function checkFlags({ placed, release }: ReadyUnit, programs: string): Promise<Finding[]> {
  const { component } = placed;
  if (component.isOpaque) return [];
  const program = join(programs, component.artifact.programs[0] ?? component.name);
  return inStage([], async (directory) => {
    const nowhere = join(directory, 'nonexistent');
    const argv = wordsOf(placed).map((word) => word.replaceAll(/\{(etc|var|release)\}/g, nowhere));
    const run = await runTool(program, [...argv, '--version'], directory);
    if (run.code !== 0) {
      const help = await runTool(program, ['--help'], directory);
      return [explainRefusal(refusalIn(run.output), placed, release.version, flagsInHelp(help.output))];
    }
    if (component.refusesFlags === undefined) return [];
    // With a config file that is not there, values are read too, and it ends before it touches anything.
    const { output } = await runTool(program, argv, directory);
    if (!output.includes(component.refusesFlags)) return [];
    return [explainRefusal(refusalIn(output), placed, release.version, [])];
  });
}

async function checkFiles(
  { placed, release, rendered }: ReadyUnit,
  programs: string,
  secrets: FleetDeps['secrets'],
): Promise<Finding[]> {
  const { component, resource } = placed;
  if (!rendered) return [];
  const values = secrets.open(rendered.secrets);
  const scrub = scrubber(values);
  const files = [...withValues(rendered.files, values), ...(rendered.scrapesTls ? TLS_STAND_INS : [])];
  return inStage(files, async (directory) => {
    const findings: Finding[] = [];
    for (const { argv } of component.checks) {
      const [tool = '', ...words] = argv.map((word) => word.replaceAll('{etc}/', ''));
      const { code, output: said } = await runTool(join(programs, tool), words, directory);
      if (code === 0) continue;
      // It quotes what it refuses.
      const output = scrub(said);
      const shown = `${tool} ${release.version}`;
      const read = readTool(output, resource, rendered, shown);
      const place = keyPlaceIn(resource, 'name');
      const told = read.length > 0 ? read : [finding(place, `${shown} refuses it: ${sentencesIn(output)}`)];
      // What was quoted twice is read only now.
      findings.push(...told.map((one) => ({ ...one, message: scrub(one.message) })));
    }
    // Routes of a configuration that is refused can't be walked.
    return findings.length > 0 ? findings : await runRouteTests({ placed, release, rendered }, programs, directory);
  });
}

/** A password may be any text: only the true one tells whether its reader takes it. */
function withValues(files: readonly SpecFile[], secrets: readonly SecretValue[]): readonly SpecFile[] {
  const values = new Map(secrets.map(({ name, value }) => [name, value]));
  return files.map((file) =>
    file.secret ? { ...file, content: expandSecrets(file.content, file.secret, values) } : file,
  );
}
