import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'vitest';
import { cloneProblem, decideBoot } from '../../../controller/sessions/boots.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';

/** One host's boots as they are kept, and who was let in. */
class Book {
  readonly #db = openDatabase(':memory:');
  readonly boots = openStores(this.#db).boots;

  /** A report of this boot comes; `isAlive`: whoever sent it answers a question. */
  hear(bootId: string, isAlive: boolean): string {
    let { kind } = this.#decide(bootId, false);
    if (kind === 'question' && isAlive) ({ kind } = this.#decide(bootId, true));
    if (kind === 'clone') this.boots.refuseAfter('h', bootId, 1);
    return kind;
  }

  #decide(bootId: string, hasAnswered: boolean) {
    const decision = decideBoot(this.boots.of('h'), bootId, hasAnswered);
    if (decision.kind === 'admit' && decision.isNew) this.boots.add('h', bootId, bootId);
    return decision;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

test('one machine is never taken for two, however it reboots and whatever of it arrives late', () => {
  const step = fc.oneof(
    fc.constant('report' as const),
    fc.constant('reboot' as const),
    // What an earlier boot had sent comes out of some buffer on the way.
    fc.nat({ max: 3 }).map((back) => ({ back })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      using book = new Book();
      let boot = 0;
      book.hear('boot 0', true);
      for (const each of steps) {
        if (each === 'reboot') boot++;
        else if (each === 'report') assert.equal(book.hear(`boot ${boot}`, true), 'admit');
        else {
          const late = `boot ${Math.max(0, boot - each.back)}`;
          assert.ok(['admit', 'question'].includes(book.hear(late, false)));
        }
      }
    }),
    { numRuns: 120 },
  );
});

test('two machines are told apart as soon as the first comes back, and the first stays', () => {
  const machine = fc.constantFrom('first', 'copy');
  fc.assert(
    fc.property(fc.array(machine, { minLength: 2, maxLength: 30 }), (turns) => {
      using book = new Book();
      book.hear('first', true);
      let hasCopyCome = false;
      let isToldApart = false;
      for (const turn of turns) {
        const heard = book.hear(turn, true);
        if (turn === 'first') {
          assert.equal(heard, hasCopyCome && !isToldApart ? 'clone' : 'admit');
          isToldApart ||= hasCopyCome;
        } else {
          assert.equal(heard, isToldApart ? 'refuse' : 'admit');
          hasCopyCome = true;
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('the first may reboot while the copy is refused; the copy may take over once it is rebooted and alone', () => {
  using book = new Book();
  for (const boot of ['a', 'copy', 'a']) book.hear(boot, true);
  assert.equal(book.hear('b', true), 'admit');
  assert.equal(book.hear('copy', true), 'refuse');
  assert.equal(book.hear('b', true), 'admit');
  assert.equal(book.hear('copy rebooted', true), 'admit');
  assert.equal(book.hear('copy rebooted', true), 'admit');
});

test('a second machine is a problem of the host for as long as it keeps coming', () => {
  const boots = [
    { bootId: 'a', refusedAt: undefined, machine: 'db-1 at 10.0.0.1' },
    { bootId: 'b', refusedAt: 1_000_000, machine: 'db-1 at 10.0.0.2' },
  ];
  assert.match(cloneProblem(boots, 1_000_001)?.message ?? '', /db-1 at 10.0.0.2, has the identity of this host/);
  assert.match(cloneProblem(boots, 1_000_001)?.hint ?? '', /--new-identity/);
  assert.equal(cloneProblem(boots, 1_000_000 + 15 * 60_000), undefined);
});

test('boots are kept for each host, the newest, and go with it', () => {
  using book = new Book();
  for (let boot = 0; boot < 70; boot++) book.hear(`${boot}`, true);
  book.boots.add('other', '1', '');
  assert.equal(book.boots.of('h').length, 64);
  assert.equal(book.boots.of('h').at(-1)?.bootId, '69');
  book.boots.remove('h');
  assert.deepEqual([book.boots.of('h').length, book.boots.of('other').length], [0, 1]);
});
