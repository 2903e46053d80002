import { Logger, type ArgumentsHost } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '@gad/cache';
import { databaseUnavailable } from '../database/unavailable.js';
import { ProblemFilter } from './problem.filter.js';

describe('ProblemFilter', () => {
  let lines: { level: string; message: unknown }[];
  let statuses: number[];

  beforeEach(() => {
    lines = [];
    statuses = [];
    const at = (level: string) => (message: unknown) => void lines.push({ level, message });
    const levels = { log: at('log'), warn: at('warn'), error: at('error'), debug: at('debug') };
    Logger.overrideLogger(levels);
  });

  function catchIt(error: unknown): void {
    const reply = {
      sent: false,
      status: (status: number) => (statuses.push(status), reply),
      headers: () => reply,
      send: () => reply,
    };
    const http = { getRequest: () => ({ id: 'id', headers: {} }), getResponse: () => reply };
    // Of the host the filter needs these only.
    new ProblemFilter().catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  }

  it('logs no line for each request that an outage costs', () => {
    catchIt(databaseUnavailable(new Error('no answer within 1000 ms')));
    catchIt(new CacheUnavailableError('offline', 'unavailable'));
    expect(statuses).toEqual([503, 503]);
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
  });

  it('logs an unexpected error with the original', () => {
    const error = new Error('a bug');
    catchIt(error);
    expect(statuses).toEqual([500]);
    expect(lines).toEqual([{ level: 'error', message: error }]);
  });
});
