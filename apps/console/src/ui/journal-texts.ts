import { defineTexts } from '../i18n/texts.js';

/** What the journal calls the things that happen. */
export const journalTexts = defineTexts(
  {
    kinds: {
      removal: 'Borrado',
      refused_fill: 'Relleno rechazado',
      unreadable: 'Ilegible',
      oversized: 'Demasiado grande',
      load_failure: 'Carga fallida',
      takeover: 'Carga relevada',
      doctor: 'Doctor',
      store: 'Store',
      proof: 'Prueba',
      relay: 'Relay',
      flush: 'Copias vaciadas',
      warming: 'Calentamiento',
    },
    causes: {
      event: 'Escritura',
      admin: 'Persona',
      code: 'Aplicación',
      relay: 'Relay',
      clear: 'Vaciado',
    },
    by: (id: string) => `usuario ${id}`,
    request: (id: string) => `petición ${id}`,
    process: (id: string) => `proceso ${id}`,
  },
  {
    kinds: {
      removal: 'Removal',
      refused_fill: 'Refused fill',
      unreadable: 'Unreadable',
      oversized: 'Too large',
      load_failure: 'Failed load',
      takeover: 'Load taken over',
      doctor: 'Doctor',
      store: 'Store',
      proof: 'Proof',
      relay: 'Relay',
      flush: 'Copies dropped',
      warming: 'Warming',
    },
    causes: {
      event: 'Write',
      admin: 'Person',
      code: 'Application',
      relay: 'Relay',
      clear: 'Clear',
    },
    by: (id: string) => `usuario ${id}`,
    request: (id: string) => `request ${id}`,
    process: (id: string) => `process ${id}`,
  },
);

/** The text of a name; one that this console does not know yet is shown as it is. */
export function nameOf(texts: Readonly<Record<string, string>>, name: string): string {
  return texts[name] ?? name;
}
