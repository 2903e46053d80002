import { defineTexts } from '../i18n/texts.js';
import { time } from '../i18n/format.js';

export const uiTexts = defineTexts(
  {
    close: 'Cerrar',
    cancel: 'Cancelar',
    copy: 'Copiar',
    copied: 'Copiado',
    retry: 'Reintentar',
    loading: 'Cargando…',
    asTable: 'Ver como tabla',
    more: 'Mostrar más',
    failed: 'No se pudo cargar',
    noAnswer: 'La API no responde. Se sigue intentando.',
    unavailable: 'El store no responde. Se sigue intentando.',
    outdated: (at: number) => `Sin respuesta nueva: estos datos son de las ${time(at)}.`,
    request: (id: string) => `Petición ${id}`,
    loadMore: 'Cargar más',
    time: 'Hora',
  },
  {
    close: 'Close',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    retry: 'Try again',
    loading: 'Loading…',
    asTable: 'Show as a table',
    more: 'Show more',
    failed: 'This could not be loaded',
    noAnswer: 'The API does not answer. Trying again.',
    unavailable: 'The store does not answer. Trying again.',
    outdated: (at: number) => `No newer answer: this is from ${time(at)}.`,
    request: (id: string) => `Request ${id}`,
    loadMore: 'Load more',
    time: 'Time',
  },
);
