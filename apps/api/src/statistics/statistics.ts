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
