import { TIPOS, type Estado } from '../database/schema.js';
import { tituloOf } from '../demo-data/titulos.js';
import { copyLine } from './copy-line.js';
import { pick, randomNumbers } from './random.js';

/** Marks the rows of the large set. */
export const SEED_DNI_PREFIX = 'SEED';
const CODIGO_PREFIX = 'SEED-';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A day short of the year, so that `days=365` still covers everything on the day of the seed. */
const SPAN_MS = 364 * DAY_MS;

const NOMBRES = ['Lucía', 'Mateo', 'Sofía', 'Tomás', 'Valentina', 'Joaquín', 'Camila', 'Nicolás'];
const APELLIDOS = ['Acosta', 'Benítez', 'Cabrera', 'Domínguez', 'Escobar', 'Figueroa', 'Gómez'];

const RECENT: readonly (readonly [Estado, number])[] = [
  ['programada', 30],
  ['en_curso', 30],
  ['pausada', 6],
  ['finalizada', 30],
  ['cancelada', 4],
];
const OLD: readonly (readonly [Estado, number])[] = [
  ['programada', 1],
  ['en_curso', 3],
  ['pausada', 2],
  ['finalizada', 86],
  ['cancelada', 8],
];

export const USUARIO_COLUMNS = 'dni, nombre, apellido, email, rol, verificado, password_hash';

export const TAREA_COLUMNS =
  'codigo, titulo, tipo, prioridad, estado, inicio_programado, fin_programado, inicio_real, fin_real, ' +
  'delegado_usuario_id, creado_por_usuario_id, created_at, updated_at';

/** Lines for `usuarios (USUARIO_COLUMNS)`; every fiftieth is a supervisor. */
export function* usuarioLines(count: number, passwordHash: string): Generator<string> {
  for (let i = 0; i < count; i += 1) {
    const number = String(i + 1).padStart(6, '0');
    yield copyLine([
      `${SEED_DNI_PREFIX}${number}`,
      NOMBRES[i % NOMBRES.length] ?? '',
      APELLIDOS[i % APELLIDOS.length] ?? '',
      `seed-${number}@gad.local`,
      i % 50 === 0 ? 'supervisor' : 'usuario',
      true,
      passwordHash,
    ]);
  }
}

/**
 * Lines for `tareas (TAREA_COLUMNS)`: created in even steps over the year that ends at `now`, to
 * the usuarios in turn. So each has the same number of them (give or take one), spread over time and
 * over the pages of the table, as in a system that has been in use.
 */
export function* tareaLines(
  count: number,
  usuarioIds: readonly number[],
  now: Date,
): Generator<string> {
  const random = randomNumbers(count);
  const supervisorId = usuarioIds[0];
  if (supervisorId === undefined) throw new RangeError('Tareas need usuarios.');
  for (let i = 0; i < count; i += 1) {
    const created = now.getTime() - SPAN_MS * (1 - (i + 1) / count);
    const age = now.getTime() - created;
    const tipo = TIPOS[Math.floor(random() * TIPOS.length)] ?? 'administrativa';
    const estado = pick(random, age < 10 * DAY_MS ? RECENT : OLD);
    const programado = created + random() * 3 * DAY_MS;
    // A beginning and an end that have happened, however young the tarea is.
    const begin = created + Math.min(random() * DAY_MS, age * 0.3);
    const end = begin + Math.min((0.5 + random() ** 2 * 16) * HOUR_MS, age * 0.6);
    const began = estado === 'en_curso' || estado === 'pausada' || estado === 'finalizada';
    const ended = estado === 'finalizada';
    yield copyLine([
      `${CODIGO_PREFIX}${String(i + 1).padStart(8, '0')}`,
      tituloOf(tipo, i),
      tipo,
      1 + Math.floor(random() * 5),
      estado,
      new Date(programado),
      new Date(programado + (1 + random() * 8) * HOUR_MS),
      began ? new Date(begin) : null,
      ended ? new Date(end) : null,
      usuarioIds[i % usuarioIds.length] ?? supervisorId,
      supervisorId,
      new Date(created),
      new Date(ended ? end : began ? begin : created),
    ]);
  }
}
