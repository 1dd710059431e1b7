// Builds dist/ but for its downloads: what is published, and what runs on hosts. The agent is one file; better-sqlite3 stays a package.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist/`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { PROMFLEET_VERSION: JSON.stringify(version) },
};
const node = { ...common, platform: 'node', target: 'node24' };

mkdirSync(dist, { recursive: true });
await Promise.all([
  build({ ...node, entryPoints: ['agent/main.ts'], outfile: 'dist/agent.cjs', format: 'cjs' }),
  build({
    ...node,
    entryPoints: { promfleet: 'controller/main.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    // What only the controller needs lies apart: a verb that is typed does not load it.
    splitting: true,
    chunkNames: 'promfleet-[name]',
    minify: false,
    external: ['better-sqlite3'],
    // Some packages are CommonJS and call require() on built-in modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  }),
  build({ ...common, entryPoints: ['controller/web/app.tsx'], outdir: 'dist/web', format: 'esm', target: 'es2022' }),
]);
rmSync(`${dist}web/index.html`, { force: true });
copyFileSync(`${root}controller/web/index.html`, `${dist}web/index.html`);
copyFileSync(`${root}installers/install-agent.sh`, `${dist}install-agent.sh`);

if (!process.argv.includes('--quiet')) {
  for (const file of [
    'agent.cjs',
    'promfleet.mjs',
    'promfleet-chunk.mjs',
    'promfleet-with-database.mjs',
    'web/app.js',
    'web/app.css',
  ]) {
    console.log(`${String(statSync(dist + file).size).padStart(9)} bytes  dist/${file}`);
  }
}
