/**
 * What a usuario's tareas of the last `period_days` days come to: those delegated to the usuario,
 * created in that time and not deleted. In the shape of the HTTP answer.
 */
export interface Statistics {
  readonly user_id: number;
  /** Days of 24 hours that end at `calculated_at`. */
  readonly period_days: number;
  readonly total_tareas: number;
  readonly completadas: number;
  readonly en_progreso: number;
  readonly programadas: number;
  readonly pausadas: number;
  readonly canceladas: number;
  /** Mean of `fin_real - inicio_real` over the completadas, in hours; 0 when there are none. */
  readonly promedio_duracion_horas: number;
  /** `total_tareas / period_days`; like all fractions here rounded to two decimals. */
  readonly productividad_diaria: number;
  /** `completadas / period_days`. */
  readonly completadas_diarias: number;
  /** The database's clock when it counted, ISO 8601 with milliseconds. */
  readonly calculated_at: string;
}

const NUMBERS = [
  ...(['total_tareas', 'completadas', 'en_progreso', 'programadas', 'pausadas'] as const),
  ...(['canceladas', 'promedio_duracion_horas', 'productividad_diaria'] as const),
  'completadas_diarias',
] as const satisfies readonly (keyof Statistics)[];

/**
 * Whether something from outside this process is the statistics of that usuario and period: others
 * can write to a cache store, and versions of this program come and go.
 */
export function isStatistics(value: unknown, userId: number, days: number): value is Statistics {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>; // an object of whatever fields
  return (
    fields['user_id'] === userId &&
    fields['period_days'] === days &&
    typeof fields['calculated_at'] === 'string' &&
    NUMBERS.every((name) => typeof fields[name] === 'number') &&
    Object.keys(fields).length === NUMBERS.length + 3
  );
}
