/**
 * The control: a server that does nothing but answer. What its reader waits longer during an attack is
 * the work of the machine, which the attackers share, and of no server.
 */
import fastify from 'fastify';

const STATISTICS = {
  ...{ user_id: 2, period_days: 30, total_tareas: 45, completadas: 30, en_progreso: 10 },
  ...{ programadas: 2, pausadas: 1, canceladas: 2, promedio_duracion_horas: 4.5 },
  ...{
    productividad_diaria: 1.5,
    completadas_diarias: 1,
    calculated_at: '2026-01-01T12:00:00.000Z',
  },
};

const app = fastify();
app.setErrorHandler((error: { statusCode?: number }, _request, reply) =>
  reply.code(error.statusCode ?? 400).send({ status: error.statusCode }),
);
app.get('/health/live', () => ({ status: 'ok' }));
app.get('/api/v1/stats/user/2', () => STATISTICS);
app.post('/api/v1/auth/*', (_request, reply) => reply.code(401).send({ status: 401 }));
await app.listen({ host: process.env['HOST'] ?? '', port: Number(process.env['PORT']) });
