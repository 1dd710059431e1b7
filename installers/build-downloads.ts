// Makes dist/downloads/: the agent and its runtime as hosts download them from the controller.
//   node installers/build-downloads.ts [--platform linux-x64 …] [--encoding gzip …] [--present] [--quiet]
// Without --platform for all of them; --present: for those that are there already, and for none if there are none.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENCODINGS, type Encoding, manifest, PLATFORMS, type Platform } from '../controller/downloads/manifest.ts';
import { makeDownloads } from './downloads/make.ts';
import { canPack } from './downloads/packed-files.ts';

const into = fileURLToPath(new URL('../dist/downloads/', import.meta.url));
const { values } = parseArgs({
  options: {
    platform: { type: 'string', multiple: true },
    encoding: { type: 'string', multiple: true },
    present: { type: 'boolean' },
    quiet: { type: 'boolean' },
  },
});

function present(): Platform[] {
  const file = join(into, 'manifest.json');
  if (!existsSync(file)) return [];
  const read = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return PLATFORMS.filter((platform) => read.data?.downloads.some((one) => one.platform === platform));
}

function chosen<T extends string>(of: readonly T[], given: readonly string[] | undefined, what: string): readonly T[] {
  const unknown = given?.find((one) => !(of as readonly string[]).includes(one));
  if (unknown !== undefined) throw new Error(`there is no ${what} ${unknown}: ${of.join(', ')}`);
  return given ? of.filter((one) => given.includes(one)) : of;
}

const say = (line: string): void => {
  if (!values.quiet) console.log(line);
};

const platforms = values.present ? present() : chosen<Platform>(PLATFORMS, values.platform, 'platform');
const encodings = chosen<Encoding>(ENCODINGS, values.encoding, 'encoding').filter((encoding) => {
  if (!canPack(encoding))
    say(`          no ${encoding}: it is not installed here, so downloads are larger (package xz-utils)`);
  return canPack(encoding);
});
if (platforms.length > 0) {
  say(
    `          packing what hosts download, for ${platforms.join(' and ')}: it takes minutes once, then only what changed …`,
  );
  const { downloads } = await makeDownloads({ into, platforms, encodings });
  for (const { file, size } of downloads.flatMap(({ files }) => files)) {
    say(`${String(size).padStart(9)} bytes  dist/downloads/${file}`);
  }
}
