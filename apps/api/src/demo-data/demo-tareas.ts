import type { Estado, tareas, Tipo } from '../database/schema.js';
import { DEMO_ADMIN, DEMO_SUPERVISOR, DEMO_USUARIO, type DemoUsuario } from './demo-usuarios.js';
import { tituloOf } from './titulos.js';

const HOUR_MS = 3_600_000;

/** One tarea in hours from the anchor, the moment at which the demo data is true: past is negative. */
interface Draft {
  readonly delegado: DemoUsuario;
  readonly creadoPor: DemoUsuario;
  readonly estado: Estado;
  readonly created: number;
  /** `[begin, end]`; the end is left out while the work goes on. */
  readonly real?: readonly [number, number?];
  readonly programado?: number;
}

/** A row of `tareas`, as it is inserted. */
export type DemoTarea = typeof tareas.$inferInsert & { readonly id: number; readonly uuid: string };

/** Hours that the finalizadas took; they come round and their mean is 4.5. */
const DURATIONS = [2.25, 3.5, 4.25, 4.75, 5.5, 6.75];

const TIPOS_IN_TURN: readonly Tipo[] = [
  'patrullaje',
  'vigilancia',
  'patrullaje',
  'investigacion',
  'intervencion',
  'administrativa',
  'entrenamiento',
];

/** The example of the guide: 45 in 30 days, 30 finalizadas of 4.5 h, 10 en curso, 2 + 1 + 2 others. */
function usuarioDrafts(): Draft[] {
  const drafts: Draft[] = [];
  const add = (draft: Omit<Draft, 'delegado' | 'creadoPor'>) =>
    drafts.push({ delegado: DEMO_USUARIO, creadoPor: DEMO_SUPERVISOR, ...draft });
  // The oldest is 24 days old, so the numbers hold while the server runs on for 5 days and more.
  for (let i = 0; i < 30; i += 1) {
    const created = -24 * 24 + i * 18;
    const begin = created + 2;
    add({ estado: 'finalizada', created, real: [begin, begin + (DURATIONS[i % 6] ?? 0)] });
  }
  for (let i = 0; i < 10; i += 1)
    add({ estado: 'en_curso', created: -48 + i * 4, real: [-47 + i * 4] });
  for (let i = 0; i < 2; i += 1)
    add({ estado: 'programada', created: -10 + i, programado: 24 * (i + 1) });
  add({ estado: 'pausada', created: -30.5, real: [-29.5] });
  add({ estado: 'cancelada', created: -8 * 24 - 1 });
  add({ estado: 'cancelada', created: -5 * 24 - 1 });
  return drafts;
}

function supervisorDrafts(): Draft[] {
  const by = { delegado: DEMO_SUPERVISOR, creadoPor: DEMO_ADMIN };
  return [
    { ...by, estado: 'finalizada', created: -15 * 24, real: [-15 * 24 + 3, -15 * 24 + 6] },
    { ...by, estado: 'finalizada', created: -6 * 24, real: [-6 * 24 + 1, -6 * 24 + 3] },
    { ...by, estado: 'en_curso', created: -20, real: [-19] },
    { ...by, estado: 'pausada', created: -44.5, real: [-40] },
    { ...by, estado: 'programada', created: -7, programado: 48 },
  ];
}

const byAge = (a: Draft, b: Draft) => a.created - b.created;

/** In the order of their ids: the oldest first, as if people had entered them. */
const DRAFTS: readonly Draft[] = [...usuarioDrafts(), ...supervisorDrafts()].sort(byAge);

/** Rows of `tareas`; ids, uuids and codigos are the same every time, dates follow the anchor. */
export function demoTareas(anchor: Date): DemoTarea[] {
  const at = (hours: number) => new Date(anchor.getTime() + hours * HOUR_MS);
  return DRAFTS.map((draft, index) => {
    const id = index + 1;
    const tipo = TIPOS_IN_TURN[index % TIPOS_IN_TURN.length] ?? 'administrativa';
    const [begin, end] = draft.real ?? [];
    const programado = draft.programado ?? draft.created + 1;
    return {
      id,
      uuid: `6adde000-0000-4000-8001-${String(id).padStart(12, '0')}`,
      codigo: `DEMO-${String(id).padStart(3, '0')}`,
      titulo: tituloOf(tipo, index),
      descripcion: null,
      tipo,
      prioridad: 1 + ((index * 7) % 5),
      estado: draft.estado,
      inicioProgramado: at(programado),
      finProgramado: at(programado + 6),
      inicioReal: begin === undefined ? null : at(begin),
      finReal: end === undefined ? null : at(end),
      delegadoUsuarioId: draft.delegado.id,
      creadoPorUsuarioId: draft.creadoPor.id,
      createdAt: at(draft.created),
      updatedAt: at(end ?? begin ?? draft.created),
    };
  });
}

/** The anchor that a demo tarea was made for, by its id and its `created_at`. */
export function anchorOf(id: number, createdAt: Date): Date | undefined {
  const draft = DRAFTS[id - 1];
  return draft && new Date(createdAt.getTime() - draft.created * HOUR_MS);
}
