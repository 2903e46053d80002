import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

const LATE_MS = 250;
/** While a process starts it is late by nature. */
const STARTED_SECONDS = 60;

/** Processes read their sockets in time. */
export const EVENT_LOOP: Check<Examination, 'pass' | 'late'> = {
  id: 'event-loop',
  problema: 1,
  title: { en: 'Event loops are not held up', es: 'Los bucles de eventos no se detienen' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'The longest delay of the last minute was {late_ms} ms.',
        es: 'La demora más larga del último minuto fue de {late_ms} ms.',
      },
    },
    late: {
      severity: 'warn',
      seen: {
        en: 'The event loop of {example} was held up for {late_ms} ms in the last minute.',
        es: 'El bucle de eventos de {example} se detuvo {late_ms} ms en el último minuto.',
      },
      why: {
        en: 'Answers of the store lie unread meanwhile, every request waits, and copies in memory lapse. Look for long synchronous work, or give the process more of the processor.',
        es: 'Las respuestas del almacén esperan sin leerse, toda petición espera, y las copias en memoria caducan. Busque trabajo síncrono largo, o dé más procesador al proceso.',
      },
    },
  },
  look: (x) => {
    const running = processesOf(x).filter(({ uptime_seconds: up }) => up >= STARTED_SECONDS);
    const [latest] = [...running].sort((a, b) => b.loop_late_ms - a.loop_late_ms);
    if (latest === undefined) return 'no_figures';
    const figures = { late_ms: latest.loop_late_ms };
    if (latest.loop_late_ms < LATE_MS) return { variant: 'pass', figures };
    return { variant: 'late', figures, names: { example: `${latest.host}, pid ${latest.pid}` } };
  },
};
