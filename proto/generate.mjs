// Regenerates proto/gen from the .proto files: the types, and the schema as JSON so that a bundle needs no .proto file.
// Run by `npm run proto`; a test fails when what it makes differs from what is committed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const proto = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2] ?? `${proto}gen`;
const files = ['fleet/v1/enrolment.proto', 'fleet/v1/session.proto'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync(
  `${proto}../node_modules/.bin/proto-loader-gen-types`,
  [
    '--longs=Number',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--importFileExtension=.ts',
    '--grpcLib=@grpc/grpc-js',
    `--includeDirs=${proto}`,
    `--outDir=${out}`,
    ...files,
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
// The generator names the file it read by its absolute path; the repository knows no machine.
for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
  const path = `${out}/${file}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(`// Original file: ${proto}`, '// Original file: proto/'));
}
const protobuf = createRequire(import.meta.url)('protobufjs');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => `${proto}${target}`;
root.loadSync(files);
writeFileSync(`${out}/schema.json`, `${JSON.stringify(root.toJSON())}\n`);
