import type { Statistics } from '../../apps/api/src/statistics/statistics.js';

/*
 * Every write of a usuario's writer makes a state that the statistics show and that no other write
 * makes. A usuario begins with so many tareas pausadas and goes round in four steps:
 *
 *   create a tarea      programadas 1
 *   start it            en_progreso 1
 *   finish it           completadas + 1
 *   delete a pausada    pausadas − 1
 *
 * After four steps the total is what it was, so the query costs the same for the whole run; and the
 * counts say how many steps have been made.
 */
export const STEPS = ['create', 'start', 'finish', 'delete'] as const;
export type Step = (typeof STEPS)[number];

/** Rounds of four steps before a usuario is used up. */
export const CYCLES = 60;
export const LAST_VERSION = CYCLES * STEPS.length;

/** The step that leads from this version to the next. */
export function stepFrom(version: number): Step {
  return STEPS[version % STEPS.length] ?? 'create';
}

/** What the statistics say of the tareas. */
export type Counts = Pick<
  Statistics,
  'total_tareas' | 'completadas' | 'en_progreso' | 'programadas' | 'pausadas' | 'canceladas'
>;

/** How many writes made this state; undefined when no number of them makes it. */
export function versionOf(counts: Counts): number | undefined {
  const { completadas, en_progreso, programadas, pausadas } = counts;
  const deleted = CYCLES - pausadas;
  const version = 3 * completadas + deleted + programadas + 2 * en_progreso;
  if (version < 0 || version > LAST_VERSION) return undefined;
  const expected = countsAt(version);
  // Both have the same names; the compiler only knows that of the keys' values.
  const names = Object.keys(expected) as (keyof Counts)[];
  return names.every((name) => counts[name] === expected[name]) ? version : undefined;
}

/** The state after so many writes. */
export function countsAt(version: number): Counts {
  const cycle = Math.floor(version / STEPS.length);
  const step = version % STEPS.length;
  const programadas = step === 1 ? 1 : 0;
  const en_progreso = step === 2 ? 1 : 0;
  const completadas = cycle + (step === 3 ? 1 : 0);
  const pausadas = CYCLES - cycle;
  const total_tareas = programadas + en_progreso + completadas + pausadas;
  return { total_tareas, completadas, en_progreso, programadas, pausadas, canceladas: 0 };
}

/** The state in an answer's body; undefined when it is not one of this usuario and period. */
export function versionIn(body: unknown, usuario: number, days: number): number | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Readonly<Record<string, unknown>>; // an object of whatever fields
  if (fields['user_id'] !== usuario || fields['period_days'] !== days) return undefined;
  const count = (name: string): number => (typeof fields[name] === 'number' ? fields[name] : NaN);
  return versionOf({
    total_tareas: count('total_tareas'),
    completadas: count('completadas'),
    en_progreso: count('en_progreso'),
    programadas: count('programadas'),
    pausadas: count('pausadas'),
    canceladas: count('canceladas'),
  });
}

/** Whether an answer says that it came out of the cache. */
export function isHit(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('_cache' in body)) return false;
  const { _cache: cache } = body;
  return typeof cache === 'object' && cache !== null && 'hit' in cache && cache.hit === true;
}
