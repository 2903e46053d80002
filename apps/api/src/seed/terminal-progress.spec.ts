import { describe, expect, it } from '@jest/globals';
import { ProgressLines } from './terminal-progress.js';

describe('ProgressLines', () => {
  it('writes one line for each tenth that is reached, whatever the steps', () => {
    const lines: string[] = [];
    const progress = new ProgressLines((line) => lines.push(line));
    progress.start('tareas', 100);
    for (const step of [5, 4, 1, 30, 9, 51]) progress.advance(step);
    progress.end();
    expect(lines).toEqual([
      'tareas: 10 of 100 (10 %)',
      'tareas: 40 of 100 (40 %)',
      'tareas: 100 of 100 (100 %)',
    ]);
  });
});
