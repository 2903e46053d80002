import { count, counted } from '../i18n/format.js';
import { defineTexts } from '../i18n/texts.js';

export const keysTexts = defineTexts(
  {
    title: 'Claves',
    tree: 'Árbol de claves',
    firstNames: 'Primeros',
    nextNames: 'Siguientes',
    explain: 'Explicar por qué no está',
    withheld: 'Los valores no se muestran en esta instalación (CACHE_ADMIN_VALUES=false).',
    about: 'Lo que el cache guarda ahora. Los valores solo se leen si los pides.',
    search: 'Buscar claves por patrón',
    searchHint: '* vale por cualquier texto, ? por un carácter, [ab] por uno de ellos',
    apply: 'Buscar',
    reset: 'Ver todas',
    refresh: 'Actualizar',
    shown: (n: number, more: boolean) =>
      more ? `${count(n)} claves cargadas, hay más` : counted(n, 'clave', 'claves'),
    none: 'El cache está vacío',
    noneHint: 'Las claves aparecen cuando la aplicación guarda valores.',
    noMatch: 'Ninguna clave coincide',
    noMatchHint: (pattern: string) => `Nada de lo guardado coincide con ${pattern}.`,
    key: 'Clave',
    ttl: 'Vida restante',
    forever: 'Hasta que se borre',
    expired: 'Caducada',
    size: 'Tamaño',
    compressed: 'comprimido',
    removeMatching: 'Borrar las que coinciden…',
    clear: 'Vaciar el cache…',
    remove: 'Borrar esta clave…',
    value: 'Valor',
    showValue: 'Leer el valor',
    valueHint: 'Leerlo queda registrado en la auditoría.',
    hideValue: 'Ocultar el valor',
    gone: 'Esta clave ya no está',
    goneHint: 'Caducó, se borró o nunca se guardó.',
    journal: 'Ver sus invalidaciones',
    copyKey: 'la clave',
    copyValue: 'el valor como JSON',
    more: (n: number) => `Mostrar ${count(n)} más`,
    items: (n: number) => counted(n, 'elemento', 'elementos'),
    fields: (n: number) => counted(n, 'campo', 'campos'),
    clipped: (n: number) => `… (${count(n)} caracteres)`,
  },
  {
    title: 'Keys',
    tree: 'Tree of keys',
    firstNames: 'First',
    nextNames: 'Next',
    explain: 'Explain why it is not there',
    withheld: 'This installation shows no values (CACHE_ADMIN_VALUES=false).',
    about: 'What the cache holds now. Values are read only when you ask for them.',
    search: 'Search keys by a pattern',
    searchHint: '* stands for any text, ? for one character, [ab] for one of them',
    apply: 'Search',
    reset: 'Show all',
    refresh: 'Refresh',
    shown: (n: number, more: boolean) =>
      more ? `${count(n)} keys loaded, there are more` : counted(n, 'key', 'keys'),
    none: 'The cache is empty',
    noneHint: 'Keys appear as soon as the application stores values.',
    noMatch: 'No key matches',
    noMatchHint: (pattern: string) => `Nothing that is stored matches ${pattern}.`,
    key: 'Key',
    ttl: 'Time to live',
    forever: 'Until it is removed',
    expired: 'Expired',
    size: 'Size',
    compressed: 'compressed',
    removeMatching: 'Remove what matches…',
    clear: 'Clear the cache…',
    remove: 'Remove this key…',
    value: 'Value',
    showValue: 'Read the value',
    valueHint: 'Reading it is recorded in the audit.',
    hideValue: 'Hide the value',
    gone: 'This key is not there any more',
    goneHint: 'It expired, was removed, or was never stored.',
    journal: 'Show its invalidations',
    copyKey: 'the key',
    copyValue: 'the value as JSON',
    more: (n: number) => `Show ${count(n)} more`,
    items: (n: number) => counted(n, 'item', 'items'),
    fields: (n: number) => counted(n, 'field', 'fields'),
    clipped: (n: number) => `… (${count(n)} characters)`,
  },
);

export const removalTexts = defineTexts(
  {
    removeKey: 'Borrar una clave',
    removeKeyWhy: 'La próxima lectura carga el valor de PostgreSQL. No se puede deshacer.',
    confirmKey: 'Borrar la clave',
    removePattern: 'Borrar lo que coincide',
    pattern: 'Patrón',
    preview: 'Ver qué se borraría',
    previewing: 'Contando…',
    matched: (n: number, atLeast: boolean) =>
      atLeast
        ? `Coinciden ${count(n)} claves o más`
        : `${counted(n, 'clave coincide', 'claves coinciden')}`,
    sample: (n: number) => `Las primeras ${count(n)}:`,
    nothing: 'Nada coincide: no hay nada que borrar.',
    endsInNumber: (example: string) =>
      `Cuidado: el patrón termina dentro de un número. También alcanza ${example}.`,
    confirmPattern: (n: number, atLeast: boolean) =>
      atLeast ? `Borrar ${count(n)} claves o más` : `Borrar ${counted(n, 'clave', 'claves')}`,
    working: 'Borrando…',
    removed: (removed: number, previewed: number) =>
      removed === previewed
        ? `${counted(removed, 'clave borrada', 'claves borradas')}, las mismas que en la vista previa.`
        : `${counted(removed, 'clave borrada', 'claves borradas')}; la vista previa contó ${count(previewed)}. El cache cambió entre tanto.`,
    keyRemoved: 'La clave se borró.',
    keyAbsent: 'La clave ya no estaba.',
    clearTitle: 'Vaciar el cache',
    clearWhy: (prefix: string) =>
      `Se borra todo lo que está bajo ${prefix}. Hasta que los valores vuelvan a cargarse, PostgreSQL contesta cada lectura. No se puede deshacer.`,
    clearType: (prefix: string) => `Escribe ${prefix} para confirmar`,
    clearConfirm: 'Vaciar el cache',
    cleared: 'El cache está vacío.',
    unknownOutcome:
      'El store no respondió: nadie sabe si lo viejo sigue ahí. El borrado se repite solo en cuanto responda; hasta entonces este proceso no usa el cache. Comprueba la Flota y vuelve a intentarlo.',
    done: 'Hecho',
  },
  {
    removeKey: 'Remove a key',
    removeKeyWhy: 'The next read loads the value from PostgreSQL. This cannot be undone.',
    confirmKey: 'Remove the key',
    removePattern: 'Remove what matches',
    pattern: 'Pattern',
    preview: 'Show what would be removed',
    previewing: 'Counting…',
    matched: (n: number, atLeast: boolean) =>
      atLeast ? `${count(n)} keys or more match` : `${counted(n, 'key matches', 'keys match')}`,
    sample: (n: number) => `The first ${count(n)}:`,
    nothing: 'Nothing matches: there is nothing to remove.',
    endsInNumber: (example: string) =>
      `Careful: the pattern ends inside a number. It also reaches ${example}.`,
    confirmPattern: (n: number, atLeast: boolean) =>
      atLeast ? `Remove ${count(n)} keys or more` : `Remove ${counted(n, 'key', 'keys')}`,
    working: 'Removing…',
    removed: (removed: number, previewed: number) =>
      removed === previewed
        ? `${counted(removed, 'key removed', 'keys removed')}, the same as in the preview.`
        : `${counted(removed, 'key removed', 'keys removed')}; the preview counted ${count(previewed)}. The cache changed in between.`,
    keyRemoved: 'The key is removed.',
    keyAbsent: 'The key was not there any more.',
    clearTitle: 'Clear the cache',
    clearWhy: (prefix: string) =>
      `Everything under ${prefix} is removed. Until the values are loaded again, PostgreSQL answers every read. This cannot be undone.`,
    clearType: (prefix: string) => `Type ${prefix} to confirm`,
    clearConfirm: 'Clear the cache',
    cleared: 'The cache is empty.',
    unknownOutcome:
      'The store did not answer: it is not known whether the old values are still there. The removal is repeated as soon as the store answers; until then this process does not use the cache. Look at the fleet and try again.',
    done: 'Done',
  },
);
