import { expect, it } from '@jest/globals';
import { ESTADOS } from '../database/schema.js';
import { canMove } from './estado-machine.js';

it('the estado machine allows exactly the moves of the contract', () => {
  const moves = ESTADOS.flatMap((from) =>
    ESTADOS.filter((to) => canMove(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(moves).toEqual([
    'programada → en_curso',
    'programada → cancelada',
    'en_curso → pausada',
    'en_curso → finalizada',
    'en_curso → cancelada',
    'pausada → en_curso',
    'pausada → cancelada',
  ]);
});
