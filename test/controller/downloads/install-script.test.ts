import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { installLine, renderInstallScript } from '../../../controller/downloads/install-script.ts';
import { type Manifest, manifest } from '../../../controller/downloads/manifest.ts';

const INSTALLER = fileURLToPath(new URL('../../../installers/install-agent.sh', import.meta.url));
const template = readFileSync(INSTALLER, 'utf8');
const digest = (letter: string) => letter.repeat(64);
const built: Manifest = {
  downloads: [
    {
      name: 'runtime',
      version: '24.21.0',
      platform: 'linux-x64',
      sha256: digest('a'),
      size: 1_000,
      files: [
        { encoding: 'xz', file: 'runtime.tar.xz', size: 100, sha256: digest('b') },
        { encoding: 'gzip', file: 'runtime.tar.gz', size: 200, sha256: digest('c') },
      ],
    },
  ],
};
const values = {
  version: '0.1.0',
  urls: ['https://mon.example.com:9440', 'https://[fd00::1]:9440'],
  pin: 'sha256//AAAA=',
  ca: `sha256:${digest('d')}`,
  enrolAddress: 'mon.example.com:9442',
};
const script = renderInstallScript(template, values, built);

const SHELLS: readonly (readonly [string, ...string[]])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix']];
const isThere = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 || process.env['PROMFLEET_REQUIRE_ALL'] === '1';

test('the same controller serves the same bytes', () => {
  assert.equal(renderInstallScript(template, values, structuredClone(built)), script);
  assert.throws(() => renderInstallScript('#!/bin/sh\n', values, built), /it has no place for values/);
});

for (const [shell, ...words] of SHELLS) {
  test.skipIf(!isThere(shell))(`${shell} reads the values as they were given, whatever is in them`, () => {
    const nasty = `a'b"c $(touch /tmp/evil) \`id\` \\ \n& ; $&`;
    const filled = renderInstallScript(template, { ...values, version: nasty, urls: [nasty] }, built);
    const block = filled.slice(filled.indexOf('# BEGIN VALUES'), filled.indexOf('# END VALUES'));
    const shown = execFileSync(shell, [
      ...words,
      '-c',
      `${block}\nvalues; printf '%s|%s|%s' "$VERSION" "$URLS" "$DOWNLOADS"`,
    ]);
    const lines = [
      `runtime 24.21.0-${'a'.repeat(12)} linux-x64 xz runtime.tar.xz 100 ${digest('b')} 1000`,
      `runtime 24.21.0-${'a'.repeat(12)} linux-x64 gzip runtime.tar.gz 200 ${digest('c')} 1000`,
    ];
    assert.equal(shown.toString(), `${nasty}|${nasty}|${lines.join('\n')}`);
  });

  test.skipIf(!isThere(shell))(`a script that was cut off anywhere does nothing in ${shell}, and fails`, () => {
    const last = script.lastIndexOf('{ main');
    const cuts = Array.from({ length: script.length - 2 - last }, (_, index) => last + 1 + index);
    for (let at = 1; at <= last; at += at > last - 500 ? 5 : 499) cuts.push(at);
    for (const name of script.matchAll(/^[a-z_]+\(\)/gm)) cuts.push(name.index + name[0].length);
    // As nobody: were anything run, it would say that it takes root.
    const loop = `for part in "$@"; do printf %s "$part" | ${[shell, ...words].join(' ')} 2>&1 && echo "it went well"; done; exit 0`;
    for (let at = 0; at < cuts.length; at += 50) {
      const parts = cuts.slice(at, at + 50).map((cut) => `${script.slice(0, cut)}\nexit 1\n`);
      const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { stdout } = spawnSync('sh', ['-c', loop, 'sh', ...parts], { ...as, encoding: 'utf8' });
      assert.doesNotMatch(stdout, /it went well|this takes root|promfleet:/);
    }
  });

  test.skipIf(!isThere(shell))(`a copy that no controller filled in says so in ${shell}`, () => {
    const { status, stderr } = spawnSync(shell, [...words, INSTALLER], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /this copy was not filled in by a controller/);
  });
}

test.skipIf(!isThere('shellcheck'))('shellcheck has nothing to say', () => {
  const launcher = fileURLToPath(new URL('../../../installers/promfleet-agent', import.meta.url));
  for (const input of [script, template, readFileSync(launcher, 'utf8')]) {
    const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input, encoding: 'utf8' });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  }
});

test('the line holds the token in no argument list, and pins the key', () => {
  const line = installLine('pfj_x', 'https://mon:9440', 'sha256//A+/=');
  assert.equal(
    line,
    `( echo PROMFLEET_TOKEN=pfj_x; curl -fsSk --pinnedpubkey 'sha256//A+/=' https://mon:9440/install.sh || echo exit 1 ) | sudo sh`,
  );
});

test('a manifest whose words would mean something to a shell is refused', () => {
  const [runtime] = built.downloads;
  for (const version of ['1 2', "1'2", '$(id)', '../..', '']) {
    assert.equal(manifest.safeParse({ downloads: [{ ...runtime, version }] }).success, false, version);
  }
});
