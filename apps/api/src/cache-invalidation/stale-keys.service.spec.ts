import { describe, expect, it } from '@jest/globals';
import { StaleKeysService } from './stale-keys.service.js';

describe('StaleKeysService', () => {
  const keys = new StaleKeysService();

  it('an event has the patterns of INVALIDATION_MAP, one of another version has none', () => {
    const data = { tareaId: 1, delegadoUsuarioId: 2 };
    expect(keys.patternsOf('tarea.updated', data)).toEqual(['stats:user:2:*']);
    expect(keys.patternsOf('tarea.moved', data)).toEqual([]);
    expect(keys.patternsOf('tarea.updated', null)).toEqual([]);
  });

  it('a key belongs to the view that has such keys, with the events that invalidate it', () => {
    expect(keys.viewOf('stats:user:2:days:30')).toEqual({
      name: 'Statistics of a usuario',
      pattern: 'stats:user:*:days:*',
      events: [
        ...['tarea.created', 'tarea.updated', 'tarea.reassigned', 'tarea.status_changed'],
        ...['tarea.deleted', 'tareas.loaded', 'usuario.created', 'usuario.deleted'],
      ],
    });
    const sesion = '5f0c5a0e-6f3c-4f7b-9a54-0c9a3a7c1d11';
    expect(keys.viewOf(`~~principal:2:${sesion}`)?.events).toEqual([
      ...['usuario.deleted', 'usuario.updated', 'usuario.role_changed', 'sesion.ended'],
      ...['sesion.renewed', 'sesiones.ended', 'principals.changed'],
    ]);
    expect(keys.viewOf('report:2')).toBeNull();
  });
});
