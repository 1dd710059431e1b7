import assert from 'node:assert/strict';
import { test } from 'vitest';
import { stripElf } from '../../installers/downloads/strip-elf.ts';

/** A header, one segment of `content`, then what no segment names. */
function program(content: string, beyond: string): Buffer {
  const start = 64 + 56;
  const header = Buffer.alloc(start);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  header.writeBigUInt64LE(64n, 32);
  header.writeBigUInt64LE(BigInt(start + content.length), 40);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(7, 60);
  header.writeUInt16LE(6, 62);
  header.writeBigUInt64LE(BigInt(start), 64 + 8);
  header.writeBigUInt64LE(BigInt(content.length), 64 + 32);
  return Buffer.concat([header, Buffer.from(content), Buffer.from(beyond)]);
}

test('what no segment names is cut off, and the header speaks of it no more', () => {
  const whole = program('code', 'symbols and sections');
  const stripped = stripElf(whole);
  assert.equal(stripped.toString('latin1').slice(-4), 'code');
  assert.equal(stripped.length, 64 + 56 + 4);
  assert.equal(stripped.readBigUInt64LE(40), 0n);
  assert.deepEqual(
    [58, 60, 62].map((at) => stripped.readUInt16LE(at)),
    [0, 0, 0],
  );
  assert.deepEqual(stripElf(stripped), stripped, 'a second time changes nothing');
  assert.equal(whole.readBigUInt64LE(40), 124n, 'what was given is left alone');
});

test('what is no program, or a part of one, is refused', () => {
  assert.throws(() => stripElf(Buffer.from('#!/bin/sh\n')), /it is no 64-bit ELF program/);
  assert.throws(() => stripElf(program('code', '').subarray(0, -1)), /it is not a whole ELF program/);
  const thirtyTwoBit = program('code', '');
  thirtyTwoBit[4] = 1;
  assert.throws(() => stripElf(thirtyTwoBit), /it is no 64-bit ELF program/);
});
