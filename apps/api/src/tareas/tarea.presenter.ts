import { strongEtag } from '../http/etag.js';
import type { TareaDto } from './tarea.dto.js';
import type { Tarea } from './tareas.repository.js';

/** A row as the API shows it. */
export function presentTarea(row: Tarea): TareaDto {
  return {
    id: row.id,
    uuid: row.uuid,
    codigo: row.codigo,
    titulo: row.titulo,
    descripcion: row.descripcion,
    tipo: row.tipo,
    prioridad: row.prioridad,
    estado: row.estado,
    inicio_programado: row.inicioProgramado.toISOString(),
    fin_programado: row.finProgramado?.toISOString() ?? null,
    inicio_real: row.inicioReal?.toISOString() ?? null,
    fin_real: row.finReal?.toISOString() ?? null,
    delegado_usuario_id: row.delegadoUsuarioId,
    delegado: {
      id: row.delegadoUsuarioId,
      nombre: row.delegadoNombre,
      apellido: row.delegadoApellido,
    },
    creado_por_usuario_id: row.creadoPorUsuarioId,
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** The `ETag` of a tarea as it is shown, its delegado's name included. */
export const tareaEtag = (tarea: TareaDto): string => strongEtag(tarea);
