import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../proto/fault.ts';
import type { Artifact } from '../../catalogue/component.ts';
import { type PackedFile, packArchive } from '../pack.ts';
import { directoryName } from '../upstream-layout.ts';
import { runCommand } from './command.ts';

/** Makes the archive that upstream would have published out of Debian packages that lie in `workDirectory`. */
export async function repack(
  artifact: Artifact,
  { version, arch }: { version: string; arch: string },
  workDirectory: string,
  into: string,
): Promise<void> {
  const packages = (await readdir(workDirectory)).filter((name) => name.endsWith('.deb'));
  await Promise.all(
    packages.map(async (file) => {
      const unpacked = join(workDirectory, packageName(file));
      await mkdir(unpacked);
      await runCommand('dpkg-deb', ['--extract', join(workDirectory, file), unpacked]);
      await rm(join(workDirectory, file));
    }),
  );
  const files = await chooseFiles(artifact, workDirectory);
  const missing = artifact.programs.filter((program) => !files.some(({ to }) => to === program));
  if (missing.length > 0) {
    throw new Fault(
      'unavailable',
      `cannot make a release of ${packages.join(' and ')}: ${missing.join(', ')} is not in it`,
    );
  }
  await packArchive(into, directoryName(artifact, version, arch), files);
}

const packageName = (file: string): string => file.slice(0, file.indexOf('_'));

async function chooseFiles(artifact: Artifact, workDirectory: string): Promise<PackedFile[]> {
  const chosen = new Map<string, PackedFile>();
  const licence = `usr/share/doc/${artifact.debianPackage}/copyright`;
  const wanted = [
    ...artifact.debianFiles,
    { package: artifact.debianPackage, from: licence, to: 'LICENSE', executable: false },
  ];
  for (const file of wanted) {
    const paths = await filesAt(join(workDirectory, file.package, file.from));
    for (const { path, below } of paths) {
      const to = `${file.to}${below}`;
      if (!chosen.has(to)) chosen.set(to, { source: path, to, executable: file.executable });
    }
  }
  return [...chosen.values()];
}

/** The regular files at or below a path, if any; links are not followed. */
async function filesAt(path: string, below = ''): Promise<{ path: string; below: string }[]> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile()) return [{ path, below }];
  if (!stats?.isDirectory()) return [];
  const names = await readdir(path);
  return (await Promise.all(names.map((name) => filesAt(join(path, name), `${below}/${name}`)))).flat();
}
