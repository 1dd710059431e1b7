import assert from 'node:assert/strict';
import { test } from 'vitest';
import { readPackages } from '../../../../controller/releases/apt/package.ts';

const OUTPUT = `Package: prometheus
Source: prometheus (2.42.0+ds-5)
Version: 2.42.0+ds-5+b5
Installed-Size: 95901
Architecture: amd64
Description: monitoring
 Version: 9 is not a field here
Size: 19257088

Package: promtool
Source: prometheus
Version: 3.5.3+ds1-6
Size: 17
`;

test('stanzas become packages; a rebuilt binary package names its source version', () => {
  assert.deepEqual(readPackages(OUTPUT), [
    {
      name: 'prometheus',
      version: '2.42.0+ds-5+b5',
      sourceVersion: '2.42.0+ds-5',
      size: 19_257_088,
      unpackedSize: 98_202_624,
    },
    { name: 'promtool', version: '3.5.3+ds1-6', sourceVersion: '3.5.3+ds1-6', size: 17, unpackedSize: 0 },
  ]);
});

test('nothing is read out of nothing', () => {
  assert.deepEqual(readPackages(''), []);
});
