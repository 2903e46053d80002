import { count, counted, duration, exactTime } from '../i18n/format.js';
import { defineTexts } from '../i18n/texts.js';

export const warmingTexts = defineTexts(
  {
    title: 'Calentamiento',
    about: 'Cargar lo que más se lee antes de que se pida, sin cargar de más a PostgreSQL.',
    start: 'Calentar ahora',
    starting: 'Empezando…',
    stop: 'Detener',
    warmers: 'Qué calentar',
    limit: 'Entradas como mucho',
    rate: 'Cargas por segundo',
    noWarmers: 'Esta aplicación no tiene nada que calentar',
    running: 'En marcha',
    since: (at: string) => `Desde las ${exactTime(at)}`,
    until: (at: string) => `termina a las ${exactTime(at)} como tarde`,
    leader: (id: string) => `lo hace el proceso ${id}`,
    pace: (n: number) => `${count(n)} cargas por segundo`,
    progress: (done: number, total: number | null) =>
      total === null ? count(done) : `${count(done)} de ${count(total)}`,
    details: (done: number, skipped: number, failed: number) =>
      `${counted(done, 'cargada', 'cargadas')}, ${count(skipped)} ya estaban, ${counted(failed, 'fallida', 'fallidas')}`,
    last: 'Últimas veces',
    never: 'Todavía no se ha calentado nada',
    neverHint:
      'El cache se llena solo con las lecturas. Calentarlo sirve tras un despliegue o un vaciado, para que las primeras no esperen.',
    took: (seconds: number) => `en ${duration(seconds)}`,
    reasons: {
      start: 'Arranque',
      clear: 'Tras un vaciado',
      relay_clear: 'Tras un vaciado del relay',
      demand: 'A petición',
    },
    outcomes: { done: 'completo', aborted: 'detenido', deadline: 'sin tiempo', failed: 'fallido' },
  },
  {
    title: 'Warming',
    about: 'Load what is read most before it is asked for, without overloading PostgreSQL.',
    start: 'Warm now',
    starting: 'Starting…',
    stop: 'Stop',
    warmers: 'What to warm',
    limit: 'Entries at most',
    rate: 'Loads a second',
    noWarmers: 'This application has nothing to warm',
    running: 'Under way',
    since: (at: string) => `Since ${exactTime(at)}`,
    until: (at: string) => `ends at ${exactTime(at)} at the latest`,
    leader: (id: string) => `process ${id} does it`,
    pace: (n: number) => `${count(n)} loads a second`,
    progress: (done: number, total: number | null) =>
      total === null ? count(done) : `${count(done)} of ${count(total)}`,
    details: (done: number, skipped: number, failed: number) =>
      `${count(done)} loaded, ${count(skipped)} were there, ${count(failed)} failed`,
    last: 'Last runs',
    never: 'Nothing has been warmed yet',
    neverHint:
      'Reads fill the cache by themselves. Warming helps after a deployment or a clear, so that the first reads do not wait.',
    took: (seconds: number) => `in ${duration(seconds)}`,
    reasons: {
      start: 'Start',
      clear: 'After a clear',
      relay_clear: "After the relay's clear",
      demand: 'On demand',
    },
    outcomes: { done: 'complete', aborted: 'stopped', deadline: 'out of time', failed: 'failed' },
  },
);
