import { Writable } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { RequestLogger } from './request-logger.js';

function start() {
  const lines: { readonly level: number; readonly requestId?: string; readonly msg?: string }[] =
    [];
  const to = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // pino writes objects.
      lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number]);
      done();
    },
  });
  const make = jest.fn(() => pino({ level: 'trace' }, to).child({ requestId: 'r-1' }));
  return { lines, make, logger: new RequestLogger(make) };
}

describe('the logger of a request', () => {
  it('the logger of a request is made by its first line and once', () => {
    const { lines, make, logger } = start();
    expect(make).not.toHaveBeenCalled();
    logger.info('one');
    logger.warn({ field: 1 }, 'two of %d', 2);
    expect(make).toHaveBeenCalledTimes(1);
    expect(lines).toMatchObject([
      { level: 30, requestId: 'r-1', msg: 'one' },
      { level: 40, requestId: 'r-1', field: 1, msg: 'two of 2' },
    ]);
  });

  it('the logger of a request writes each kind of line at its level, and has children', () => {
    const { lines, logger } = start();
    for (const kind of ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const) {
      logger[kind](kind);
    }
    logger.silent('nothing');
    logger.child({ part: 'x' }).info('child');
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [60, 'fatal'],
      [50, 'error'],
      [40, 'warn'],
      [30, 'info'],
      [20, 'debug'],
      [10, 'trace'],
      [30, 'child'],
    ]);
    expect(lines.at(-1)).toMatchObject({ requestId: 'r-1', part: 'x' });
    logger.level = 'fatal';
    expect(logger.level).toBe('fatal');
    logger.error('not written');
    expect(lines).toHaveLength(7);
  });
});
