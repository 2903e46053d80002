/**
 * The sentences of details and field errors, `{}` for what changes in them, and their translations.
 * What is quoted stays as it is: names of fields, values, other translated phrases.
 */
const PHRASES: readonly (readonly [english: string, spanish: string])[] = [
  ['There is no tarea {}', 'No existe la tarea {}'],
  ['There is no usuario {}', 'No existe el usuario {}'],
  ['There is no key {}', 'No existe la clave {}'],
  ['There is no warmer {}', 'No existe el calentador {}'],
  ['The cache is being warmed', 'La caché se está calentando'],
  ['The cache is being warmed already', 'La caché ya se está calentando'],
  ['must be a list of names', 'debe ser una lista de nombres'],
  ['One probe in 5 seconds is enough', 'Basta con una prueba cada 5 segundos'],
  ['must be {}, the prefix of this cache', 'debe ser {}, el prefijo de este caché'],
  ['delegado_usuario_id {} is no usuario', 'delegado_usuario_id {} no es un usuario'],
  ['You may list your own tareas only', 'Solo puede listar sus propias tareas'],
  ['You may see your own statistics only', 'Solo puede ver sus propias estadísticas'],
  ['You may invalidate your own statistics only', 'Solo puede invalidar sus propias estadísticas'],
  [
    'As a usuario you may change the estado of your own tareas only',
    'Como usuario solo puede cambiar el estado de sus propias tareas',
  ],
  [
    'Only a supervisor or an admin may delete tareas',
    'Solo un supervisor o un administrador puede eliminar tareas',
  ],
  [
    'Only an admin may look at or change another usuario',
    'Solo un administrador puede ver o cambiar a otro usuario',
  ],
  ['Only an admin may change {}', 'Solo un administrador puede cambiar {}'],
  ['This needs the role {}; yours is {}', 'Hace falta el rol {}; el suyo es {}'],
  ['At most {} of these requests a minute', 'Como máximo {} de estas peticiones por minuto'],
  [
    'You saw version {}, the tarea is at version {}',
    'Usted vio la versión {}, la tarea está en la versión {}',
  ],
  [
    'A tarea that is {} cannot become {}, it is final',
    'Una tarea {} no puede pasar a {}: es final',
  ],
  [
    'A tarea that is {} cannot become {}, only {} or {} or {}',
    'Una tarea {} no puede pasar a {}, solo a {}, {} o {}',
  ],
  [
    'A tarea that is {} cannot become {}, only {} or {}',
    'Una tarea {} no puede pasar a {}, solo a {} o {}',
  ],
  ['Another usuario has this {}', 'Otro usuario tiene este {}'],
  ['is taken by another usuario', 'ya es de otro usuario'],
  [
    'The URL ends with a bare "?": send a question mark in a key as %3F',
    'La URL termina en "?": en una clave envíe el signo como %3F',
  ],
  ['The path is not valid percent-encoded UTF-8', 'La ruta no es UTF-8 codificado con % válido'],
  ['The body nests deeper than {}', 'El cuerpo anida más de {} niveles'],
  ['The body has more than {} members', 'El cuerpo tiene más de {} elementos'],
  ['The body is not valid UTF-8', 'El cuerpo no es UTF-8 válido'],
  ['The body is not valid JSON', 'El cuerpo no es JSON válido'],
  ['The body holds half of a surrogate pair', 'El cuerpo contiene medio par sustituto'],
  [
    'Send application/json in UTF-8, without a content coding',
    'Envíe application/json en UTF-8, sin codificación de contenido',
  ],
  ['Send a Host header', 'Envíe la cabecera Host'],
  [
    'The URL has a fragment: send a # in a key as %23',
    'La URL tiene un fragmento: en una clave envíe # como %23',
  ],
  ['The query is not percent-encoded UTF-8', 'Los parámetros no son UTF-8 codificado con %'],
  [
    'This route takes no query; send ? in a key as %3F',
    'Esta ruta no admite parámetros; en una clave envíe ? como %3F',
  ],
  ['The {} must be a JSON object', 'El elemento {} debe ser un objeto JSON'],
  ['The process has received a stop signal', 'El proceso recibió la orden de parar'],
  [
    'The database does not answer in time; try again.',
    'La base de datos no responde a tiempo; inténtelo de nuevo.',
  ],
  [
    'The database takes no connections; try again.',
    'La base de datos no acepta conexiones; inténtelo de nuevo.',
  ],
  [
    "The database's disk is full; try again.",
    'El disco de la base de datos está lleno; inténtelo de nuevo.',
  ],
  [
    'The database is read-only; try again.',
    'La base de datos es de solo lectura; inténtelo de nuevo.',
  ],
  [
    'The database has too many connections; try again.',
    'La base de datos tiene demasiadas conexiones; inténtelo de nuevo.',
  ],
  // Of fields; their names come before them.
  ['is required', 'es obligatorio'],
  ['is not a known name', 'no es un nombre conocido'],
  ['is wrong', 'no es correcta'],
  ['is needed to change your own password', 'hace falta para cambiar su propia contraseña'],
  ['is for changes of your own usuario only', 'es solo para cambios de su propio usuario'],
  ['Send METRICS_TOKEN: Authorization: Bearer …', 'Envíe METRICS_TOKEN: Authorization: Bearer …'],
  ['is needed to change your own e-mail', 'hace falta para cambiar su propio correo'],
  [
    'is needed to change your own e-mail or password',
    'hace falta para cambiar su propio correo o contraseña',
  ],
  ['is one of the most common passwords', 'es una de las contraseñas más comunes'],
  ['must be given once', 'debe darse una sola vez'],
  ['must be text', 'debe ser texto'],
  ['must be true or false', 'debe ser true o false'],
  ['must be one of {}', 'debe ser uno de {}'],
  ['must be 10s or 5m', 'debe ser 10s o 5m'],
  ['must be es or en', 'debe ser es o en'],
  ['must be reads, bytes or load_ms', 'debe ser reads, bytes o load_ms'],
  ['must be the id of an entry', 'debe ser el id de una entrada'],
  ['must be {} to {} characters long', 'debe tener de {} a {} caracteres'],
  ['must be at most {} characters long', 'debe tener como máximo {} caracteres'],
  ['must be an e-mail address', 'debe ser una dirección de correo electrónico'],
  ['must be a whole number from {} to {}', 'debe ser un número entero de {} a {}'],
  ['must be a single line', 'debe ser una sola línea'],
  [
    'must be a single line without control characters',
    'debe ser una sola línea sin caracteres de control',
  ],
  ['must be the id of a usuario', 'debe ser el id de un usuario'],
  ['must be a version of this tarea', 'debe ser una versión de esta tarea'],
  [
    'must be {} to {} of A-Z a-z 0-9 - _ .',
    'debe tener de {} a {} caracteres de A-Z a-z 0-9 - _ .',
  ],
  ['must be made of A-Z a-z 0-9 - .', 'debe constar de A-Z a-z 0-9 - .'],
  [
    'must be made of digits, blanks and ( ) . - / after an optional +',
    'debe constar de cifras, espacios y ( ) . - / tras un + opcional',
  ],
  [
    'must be {} to {} printable ASCII characters without spaces',
    'debe tener de {} a {} caracteres ASCII visibles sin espacios',
  ],
  ['must be a date with time and offset such as {}', 'debe ser una fecha con hora y zona, como {}'],
  ['must be a day that the calendar has', 'debe ser un día que exista en el calendario'],
  [
    'must not be a leap second: name the second before or after it',
    'no puede ser un segundo intercalar: indique el anterior o el siguiente',
  ],
  ['must be from {} to {}', 'debe estar entre {} y {}'],
  ['must not be before {}', 'no puede ser anterior a {}'],
  ['must not be after {}', 'no puede ser posterior a {}'],
  ['must not be the e-mail address', 'no puede ser la dirección de correo'],
  ['must have at least {} different characters', 'debe tener al menos {} caracteres distintos'],
  ['must differ from the present one', 'debe ser distinta de la actual'],
  ['must contain something visible', 'debe contener algo visible'],
  ['must not contain control characters', 'no puede contener caracteres de control'],
  ['must not contain characters that do not show', 'no puede contener caracteres que no se ven'],
  [
    'must not contain characters that reorder text',
    'no puede contener caracteres que reordenan el texto',
  ],
];

const COMPILED = PHRASES.map(([english, spanish]) => ({
  pattern: new RegExp(`^${english.split('{}').map(escaped).join('(.{1,600}?)')}$`, 'u'),
  parts: spanish.split('{}'),
}));

/** A sentence in Spanish, or one about a field (`titulo must be text`); `undefined` when unknown. */
export function translatePhrase(english: string): string | undefined {
  const whole = translate(english);
  if (whole !== undefined) return whole;
  const [, field, rest] = /^(\S{1,200}) (.+)$/u.exec(english) ?? [];
  const about = rest === undefined ? undefined : translate(rest);
  return about === undefined ? undefined : `${String(field)} ${about}`;
}

function translate(english: string): string | undefined {
  for (const { pattern, parts } of COMPILED) {
    const values = pattern.exec(english)?.slice(1);
    if (values) return parts.map((part, n) => part + (values[n] ?? '')).join('');
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
