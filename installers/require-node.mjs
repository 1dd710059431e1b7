// Plain .mjs: it must say something useful on a Node that is too old for everything else here.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 18)) {
  console.error(`promfleet needs Node 24.18 or newer and this is ${process.versions.node} (${process.execPath}).`);
  console.error('It brings its own: run "npm ci", then use the npm scripts, which find it in node_modules.');
  process.exit(1);
}
