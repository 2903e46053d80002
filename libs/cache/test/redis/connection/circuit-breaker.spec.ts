import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@gad/cache/testing';
import { CircuitBreaker } from '../../../src/store/redis/connection/circuit-breaker.js';
import { deferred } from '../../support/fixtures.js';

describe('The circuit breaker', () => {
  let clock: FakeClock;
  let probes: { answer: (prompt: boolean) => void; at: number }[];
  let said: string[];
  let chance: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    clock = new FakeClock();
    probes = [];
    said = [];
    chance = 1;
    breaker = new CircuitBreaker({
      clock,
      random: () => chance,
      probe: () => {
        const reply = deferred<boolean>();
        probes.push({ answer: reply.resolve, at: clock.now() });
        return reply.promise;
      },
      onOpen: (reason) => said.push(`open: ${reason}`),
      onClose: () => said.push('closed'),
    });
  });

  const answer = async (prompt: boolean): Promise<void> => {
    probes.at(-1)?.answer(prompt);
    await settle();
  };
  async function closed(): Promise<void> {
    breaker.start();
    breaker.probeNow();
    await answer(true);
    said = [];
    probes = [];
  }

  it('the circuit begins open, and logs nothing before its first probe', async () => {
    breaker.start();
    expect(breaker.state).toBe('open');
    await clock.advanceAsync(50);
    expect(breaker.state).toBe('half-open');
    expect(said).toEqual([]);
    await answer(true);
    expect(breaker.state).toBe('closed');
    expect(said).toEqual(['closed']);
  });

  it('the circuit opens at the third unanswered call in a row, and not when answers come between', async () => {
    await closed();
    for (let turn = 0; turn < 5; turn++) {
      breaker.timedOut();
      breaker.timedOut();
      breaker.answered();
    }
    expect(breaker.state).toBe('closed');
    breaker.timedOut();
    breaker.timedOut();
    expect(breaker.state).toBe('closed');
    breaker.timedOut();
    expect(breaker.state).toBe('open');
    expect(said).toEqual(['open: it does not answer in time']);
  });

  it('the circuit opens at once when the connection is lost', async () => {
    await closed();
    breaker.trip('the connection is lost');
    expect(breaker.state).toBe('open');
  });

  it('a half-open circuit lets one probe through at a time', async () => {
    await closed();
    breaker.trip('x');
    await clock.advanceAsync(50);
    expect(breaker.state).toBe('half-open');
    breaker.probeNow();
    await clock.advanceAsync(60_000);
    expect(probes).toHaveLength(1);
  });

  it('the circuit waits longer after each failed probe, up to 250 ms', async () => {
    await closed();
    const lostAt = clock.now();
    breaker.trip('x');
    const pauses: number[] = [];
    let before = lostAt;
    for (let turn = 0; turn < 6; turn++) {
      while (probes.length <= turn) await clock.advanceAsync(1);
      const at = probes[turn]?.at ?? 0;
      pauses.push(at - before);
      before = at;
      await answer(false);
    }
    expect(pauses).toEqual([50, 100, 200, 250, 250, 250]);
  });

  it('the probes of many processes are spread over half a pause', async () => {
    await closed();
    chance = 0;
    breaker.trip('x');
    await clock.advanceAsync(24);
    expect(probes).toHaveLength(0);
    await clock.advanceAsync(1);
    expect(probes).toHaveLength(1);
  });

  it('the circuit probes at once on good news, also when it comes during a failing probe', async () => {
    await closed();
    breaker.trip('x');
    breaker.probeNow();
    expect(probes).toHaveLength(1);
    breaker.probeNow();
    await answer(false);
    expect(probes).toHaveLength(2);
    await answer(true);
    expect(breaker.state).toBe('closed');
  });

  it('the circuit logs an outage once, and its end once', async () => {
    await closed();
    breaker.trip('first');
    for (let turn = 0; turn < 20; turn++) {
      breaker.timedOut();
      breaker.trip('again');
      await clock.advanceAsync(500);
      await answer(false);
    }
    await clock.advanceAsync(500);
    await answer(true);
    expect(said).toEqual(['open: first', 'closed']);
  });

  it('a stopped circuit leaves no timer behind, in any state', async () => {
    await closed();
    breaker.trip('x');
    expect(clock.pending).toBe(1);
    breaker.stop();
    expect(clock.pending).toBe(0);
    breaker.start();
    await clock.advanceAsync(50);
    expect(breaker.state).toBe('half-open');
    breaker.stop();
    await answer(false);
    expect(clock.pending).toBe(0);
  });

  it('a probe that throws has failed', async () => {
    const failing = new CircuitBreaker({
      clock,
      probe: () => Promise.reject(new Error('broken')),
      onOpen: () => undefined,
      onClose: () => said.push('closed'),
    });
    failing.start();
    await clock.advanceAsync(2_000);
    expect(failing.state).not.toBe('closed');
    expect(said).toEqual([]);
    failing.stop();
  });
});
