import { openFleet, type TestFleet } from '../support/open-fleet.ts';
import { pick, randomFrom } from '../support/random.ts';
import { CORPUS, type FuzzFolder, filesOf, withFiles } from './corpus.ts';
import { judge } from './judge.ts';
import { type Mutant, mutate } from './mutate.ts';

/** Hosts that the corpus selects. */
export function openHosts(arch = 'amd64'): TestFleet {
  const fleet = openFleet();
  for (const [name, labels] of Object.entries({
    a: { role: 'db', env: 'prod', az: '1' },
    b: { role: 'monitoring', az: '2' },
    c: { role: 'web', env: 'stage' },
  })) {
    fleet.enrol(name, labels, { arch });
  }
  return fleet;
}

/** The same seed is the same folder. */
export function mutantOf(seed: number): Mutant {
  const random = randomFrom(seed);
  // What comes first of neighbouring seeds is alike.
  for (let skipped = 0; skipped < 4; skipped++) random();
  return mutate(random, pick(random, CORPUS));
}

/** Answers whether the folder was found right. @throws what does not hold, with all that replays it */
export async function playRound(seed: number, fleet: TestFleet): Promise<boolean> {
  const { folder, done } = mutantOf(seed);
  try {
    return await judge(folder, fleet);
  } catch (error) {
    const smallest = await minimise(folder, fleet);
    const shown = smallest.files.map(
      ({ path, content }) => `# ${path}\n${Buffer.from(content).toString('utf8').slice(0, 2000)}`,
    );
    throw new Error(
      `${error instanceof Error ? error.stack : String(error)}\n\n${done.join('\n')}\n\n${shown.join('\n')}`,
      { cause: error },
    );
  }
}

/** Takes files and lines away for as long as something still does not hold. */
async function minimise(folder: FuzzFolder, fleet: TestFleet): Promise<FuzzFolder> {
  const fails = (files: ReadonlyMap<string, Uint8Array>) =>
    judge(withFiles(folder, files), fleet).then(
      () => false,
      () => true,
    );
  let files = filesOf(folder);
  for (const path of files.keys()) {
    const without = new Map(files);
    without.delete(path);
    if (await fails(without)) files = without;
  }
  for (const [path, content] of files) {
    let lines = Buffer.from(content).toString('utf8').split('\n');
    for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < lines.length; ) {
        const fewer = lines.toSpliced(at, size);
        if (await fails(new Map(files).set(path, Buffer.from(fewer.join('\n'))))) {
          lines = fewer;
          files = new Map(files).set(path, Buffer.from(fewer.join('\n')));
        } else at += size;
      }
    }
  }
  return withFiles(folder, files);
}
