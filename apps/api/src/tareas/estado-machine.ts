import type { Estado } from '../database/schema.js';

/** Which estado may follow which; finalizada and cancelada are final. */
const MOVES: Readonly<Record<Estado, readonly Estado[]>> = {
  programada: ['en_curso', 'cancelada'],
  en_curso: ['pausada', 'finalizada', 'cancelada'],
  pausada: ['en_curso', 'cancelada'],
  finalizada: [],
  cancelada: [],
};

export function canMove(from: Estado, to: Estado): boolean {
  return MOVES[from].includes(to);
}

export function movesFrom(estado: Estado): readonly Estado[] {
  return MOVES[estado];
}
