import { seededRandom } from '../verify/support/seeded-random.js';

const ESTADOS = ['pendiente', 'en_progreso', 'en_revision', 'completada', 'cancelada'];
const WORDS = (
  'revisar informe mensual de ventas actualizar inventario del almacén norte preparar reunión con ' +
  'proveedores corregir facturación entregar documentación técnica planificar visita cliente'
).split(' ');

/**
 * JSON like that of statistics: the figures of a user, one object a day, and the tareas behind
 * them, repeated until the text is about `bytes` long. The same seed gives the same text.
 */
export function statisticsJson(bytes: number, seed = 1): string {
  const random = seededRandom(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const days: unknown[] = [];
  const tareas: unknown[] = [];
  const statistics = {
    user_id: 1 + upTo(5_000),
    period_days: 30,
    total_tareas: upTo(900),
    completadas: upTo(600),
    tasa_completado: random(),
    promedio_horas: random() * 80,
    por_dia: days,
    tareas,
  };
  let text = JSON.stringify(statistics);
  let size = text.length;
  while (size < bytes) {
    const [list, item] = random() < 0.5 ? [days, day(upTo)] : [tareas, tarea(upTo, random)];
    list.push(item);
    size += JSON.stringify(item).length + 1;
  }
  text = JSON.stringify(statistics);
  return text;
}

type UpTo = (n: number) => number;

function instant(upTo: UpTo): string {
  return new Date(1_760_000_000_000 + upTo(30 * 86_400) * 1_000).toISOString();
}

function day(upTo: UpTo): unknown {
  return {
    fecha: instant(upTo).slice(0, 10),
    creadas: upTo(40),
    completadas: upTo(40),
    vencidas: upTo(9),
    horas: upTo(800) / 10,
  };
}

function tarea(upTo: UpTo, random: () => number): unknown {
  const titulo = Array.from({ length: 4 + upTo(5) }, () => WORDS[upTo(WORDS.length)]).join(' ');
  return {
    id: upTo(1_000_000),
    titulo,
    estado: ESTADOS[upTo(ESTADOS.length)],
    asignado_a: 1 + upTo(5_000),
    creada_en: instant(upTo),
    completada_en: random() < 0.6 ? instant(upTo) : null,
  };
}
