import type { Tipo } from '../database/schema.js';

const TITULOS: Record<Tipo, readonly string[]> = {
  patrullaje: ['Patrullaje nocturno', 'Recorrida preventiva', 'Patrullaje a pie'],
  vigilancia: ['Vigilancia del acceso', 'Control de cámaras', 'Guardia de consigna'],
  investigacion: ['Entrevista a testigos', 'Relevamiento de cámaras', 'Análisis de denuncias'],
  intervencion: [
    'Mediación vecinal',
    'Apoyo en operativo de tránsito',
    'Corte preventivo de calle',
  ],
  administrativa: ['Informe semanal', 'Inventario de equipos', 'Actualización de legajos'],
  entrenamiento: ['Práctica de primeros auxilios', 'Simulacro de evacuación', 'Taller de radio'],
};

const LUGARES = [
  'zona norte',
  'terminal de ómnibus',
  'plaza San Martín',
  'barrio Las Flores',
  'puerto',
];

/** A title that people might have given; the same for the same number. */
export function tituloOf(tipo: Tipo, number: number): string {
  const titulos = TITULOS[tipo];
  return `${titulos[number % titulos.length] ?? tipo} · ${LUGARES[number % LUGARES.length] ?? ''}`;
}
