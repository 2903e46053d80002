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
      flush: 'Vaciado',
      warming: 'Calentamiento',
    },
    causes: {
      event: 'Escritura',
      admin: 'Persona',
      code: 'Aplicación',
      relay: 'Relay',
      clear: 'Vaciado',
    },
    whats: {
      store: { closed: 'responde', open: 'no responde', 'half-open': 'se prueba otra vez' },
      proof: { found: 'lograda', lost: 'perdida' },
      relay: { leading: 'dirige', following: 'sigue', away: 'sin contacto' },
      flush: { copies: 'copias del proceso', store: 'el store perdió todo' },
      doctor: { fail: 'falla', warn: 'aviso', info: 'dato', pass: 'bien' },
      refused_fill: { invalidated: 'se invalidó durante la carga' },
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
      flush: 'Flush',
      warming: 'Warming',
    },
    causes: {
      event: 'Write',
      admin: 'Person',
      code: 'Application',
      relay: 'Relay',
      clear: 'Clear',
    },
    whats: {
      store: { closed: 'answers', open: 'does not answer', 'half-open': 'is tried again' },
      proof: { found: 'found', lost: 'lost' },
      relay: { leading: 'leads', following: 'follows', away: 'out of contact' },
      flush: { copies: 'copies of the process', store: 'the store lost everything' },
      doctor: { fail: 'failure', warn: 'warning', info: 'fact', pass: 'good' },
      refused_fill: { invalidated: 'invalidated during the load' },
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

/** What an entry says happened, in words; what this console does not know yet, as it is. */
export function whatOf({ kind, what }: { kind: string; what: string }): string {
  const whats: Readonly<Record<string, Readonly<Record<string, string>>>> = journalTexts().whats;
  return nameOf(whats[kind] ?? {}, what);
}
