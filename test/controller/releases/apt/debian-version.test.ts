import assert from 'node:assert/strict';
import { test } from 'vitest';
import { debianBuild, upstreamVersion } from '../../../../controller/releases/apt/debian-version.ts';

test('the upstream version is what remains of a Debian one', () => {
  const versions = {
    '2.42.0+ds-5+b5': '2.42.0',
    '2.42.0+ds-5+deb12u1': '2.42.0',
    '2.53.3+ds1-2': '2.53.3',
    '1.11.1-3': '1.11.1',
    '1:3.0.0~rc.1+ds-1': '3.0.0-rc.1',
    '0.13.0+git20220112.abc-1': '0.13.0',
    '1.5.0~ds-2': '1.5.0',
    '2.1.0+really2.0.9+ds-1': '2.0.9',
    '1.9.0-1~bpo12+1': '1.9.0',
    '1.9.0': '1.9.0',
  };
  for (const [debian, upstream] of Object.entries(versions)) assert.equal(upstreamVersion(debian), upstream, debian);
});

test('the build keeps the Debian version whole', () => {
  assert.equal(debianBuild('2.42.0+ds-5+b5'), 'debian 2.42.0+ds-5+b5');
});
