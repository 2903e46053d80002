import { describe, expect, it } from '@jest/globals';
import { parseSeedArguments, SeedError } from './seed-arguments.js';

const parse = (line: string) => parseSeedArguments(line.split(' ').filter(Boolean));

describe('parseSeedArguments', () => {
  it('parseSeedArguments means the demo data alone when there are none', () => {
    expect(parse('')).toBeUndefined();
  });

  it.each(['--usuarios 10000 --tareas 1000000', '--tareas=1000000 --usuarios=10000'])(
    'parseSeedArguments reads the size of the large set: %s',
    (line) => {
      expect(parse(line)).toEqual({ usuarios: 10_000, tareas: 1_000_000 });
    },
  );

  it.each([
    ['--usuarios 10', /^--usuarios and --tareas go together/],
    ['--tareas 10', /^--usuarios and --tareas go together/],
    ['--usuarios 0 --tareas 1', /^--usuarios must be a whole number from 1 to 999999, not "0"/],
    ['--usuarios 1e3 --tareas 1', /^--usuarios must be .* not "1e3"/],
    ['--usuarios 1000000 --tareas 1', /^--usuarios must be/],
    ['--usuarios 1 --tareas 1.5', /^--tareas must be a whole number from 1 to 99999999, not "1.5"/],
    ['--usuarios --tareas 5', /--usuarios/],
    ['--usuarios', /--usuarios/],
    ['--users 5', /--users/],
    ['10000', /10000/],
  ])('parseSeedArguments refuses %j with one sentence', (line, sentence) => {
    const attempt = () => parse(line);
    expect(attempt).toThrow(SeedError);
    expect(attempt).toThrow(sentence);
    expect(attempt).toThrow(/^[^\n]+ \(usage: npm run seed [^\n]+\)\.$/);
  });
});
