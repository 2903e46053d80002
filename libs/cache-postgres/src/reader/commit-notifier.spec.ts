import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommitNotifier } from './commit-notifier.js';

describe('CommitNotifier', () => {
  let sent: { readonly answer: () => void; readonly fail: () => void }[];
  let notices: CommitNotifier;
  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    notices = new CommitNotifier(
      () =>
        new Promise((resolve, reject) => {
          sent.push({ answer: () => resolve(undefined), fail: () => reject(new Error('gone')) });
        }),
    );
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  it('notifies of the first append at once', () => {
    notices.committed();
    expect(sent).toHaveLength(1);
  });

  it('notifies once of everything appended while a notice was under way and until the pause is over', async () => {
    notices.committed();
    notices.committed();
    sent[0]?.answer();
    await pass(3);
    notices.committed();
    notices.committed();
    expect(sent).toHaveLength(1);
    await pass(3);
    expect(sent).toHaveLength(2);
    sent[1]?.answer();
    await pass(1_000);
    expect(sent).toHaveLength(2);
  });

  it('CommitNotifier goes on after one that failed', async () => {
    notices.committed();
    sent[0]?.fail();
    await pass(20);
    notices.committed();
    expect(sent).toHaveLength(2);
  });

  it('CommitNotifier waits at its end for the notice in flight, and sends none that is due', async () => {
    notices.committed();
    notices.committed();
    let closed = false;
    const closing = notices.close().then(() => (closed = true));
    await pass(1_000);
    expect(closed).toBe(false);
    sent[0]?.answer();
    await closing;
    await pass(1_000);
    notices.committed();
    expect(sent).toHaveLength(1);
  });
});
