/** The guide's example of statistics, with the numbers that the contract adds. */
export const GUIDE_EXAMPLE = {
  user_id: 2,
  period_days: 30,
  total_tareas: 45,
  completadas: 30,
  en_progreso: 10,
  programadas: 2,
  pausadas: 1,
  canceladas: 2,
  promedio_duracion_horas: 4.5,
  productividad_diaria: 1.5,
  completadas_diarias: 1,
};
