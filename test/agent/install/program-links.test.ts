import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { type Layout, layoutOf, placesOf } from '../../../agent/install/layout.ts';
import { linkPrograms, unlinkPrograms } from '../../../agent/install/program-links.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { someUnit } from '../../support/unit-specs.ts';

function openScene() {
  const directory = temporaryDirectory();
  const commands = join(directory.path, 'bin');
  const layout: Layout = { ...layoutOf(directory.path), commands };
  const install = (unit: UnitSpec, programs: Record<string, number>) => {
    const { release } = placesOf(layout, unit);
    mkdirSync(release, { recursive: true });
    for (const [name, mode] of Object.entries(programs)) {
      writeFileSync(join(release, name), '');
      chmodSync(join(release, name), mode);
    }
    return release;
  };
  const links = () => readdirSync(commands).map((name) => `${name} ${readlinkSync(join(commands, name))}`);
  return { layout, commands, install, links, [Symbol.dispose]: directory[Symbol.dispose] };
}
const NONE: string[] = [];
const newer = (unit: UnitSpec) => ({ ...unit, release: { ...unit.release, version: '3.6.0', sha256: 'b'.repeat(64) } });

test('what people type is the release that runs, and its tools; with the unit they go', () => {
  using scene = openScene();
  const unit = someUnit();
  const old = scene.install(unit, { prometheus: 0o755, promtool: 0o755, LICENSE: 0o644, ls: 0o755, kubetool: 0o644 });
  linkPrograms(scene.layout, unit, NONE);
  assert.deepEqual(scene.links(), [`prometheus ${old}/prometheus`, `promtool ${old}/promtool`]);
  const release = scene.install(newer(unit), { prometheus: 0o755 });
  linkPrograms(scene.layout, newer(unit), NONE);
  assert.deepEqual(scene.links(), [`prometheus ${release}/prometheus`]);
  unlinkPrograms(scene.layout, 'prom');
  assert.equal(scene.links().length, 1);
  unlinkPrograms(scene.layout, 'prometheus');
  assert.deepEqual(scene.links(), []);
});

test('nothing of anyone else is replaced or shadowed, and only the default unit is linked', () => {
  using scene = openScene();
  const unit = someUnit();
  scene.install(unit, { prometheus: 0o755, promtool: 0o755 });
  mkdirSync(scene.commands);
  symlinkSync('/opt/theirs/prometheus', join(scene.commands, 'prometheus'));
  const system = join(scene.layout.state, 'usr-bin');
  mkdirSync(system, { recursive: true });
  writeFileSync(join(system, 'promtool'), '');
  linkPrograms(scene.layout, unit, [system]);
  linkPrograms(scene.layout, { ...unit, name: 'prometheus-two' }, NONE);
  unlinkPrograms(scene.layout, 'prometheus');
  assert.deepEqual(scene.links(), ['prometheus /opt/theirs/prometheus']);
});

test('where no link can be made, none is, and nothing fails', () => {
  using scene = openScene();
  const unit = someUnit();
  scene.install(unit, { prometheus: 0o755 });
  writeFileSync(scene.commands, '');
  assert.doesNotThrow(() => linkPrograms(scene.layout, unit, NONE));
});
