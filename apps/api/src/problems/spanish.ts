import type { ProblemCode } from './problem-catalog.js';
import { translatePhrase } from './spanish-phrases.js';

type Text = readonly [title: string, detail: string];

/**
 * Every code in Spanish: its title, and what the detail says where its English sentence has no
 * translation of its own in `spanish-phrases.ts`. A code that is missing here does not compile.
 */
const TEXTS = {
  VALIDATION_FAILED: ['La petición no es válida', 'Revise los campos indicados en errors.'],
  MALFORMED_REQUEST: ['La petición no se puede leer', 'La petición está mal formada.'],
  CURSOR_INVALID: [
    'El cursor no es válido',
    'cursor debe ser el next_cursor de una página anterior de esta lista, en el mismo orden.',
  ],
  CACHE_KEY_INVALID: [
    'La clave de caché no es válida',
    'La clave debe tener de 1 a 512 bytes, sin caracteres de control.',
  ],
  CACHE_PATTERN_INVALID: [
    'El patrón de caché no es válido',
    'El patrón debe tener de 1 a 512 bytes, sin caracteres de control.',
  ],
  UNAUTHENTICATED: ['Hace falta autenticarse', 'Envíe un token de acceso válido.'],
  INVALID_CREDENTIALS: [
    'Las credenciales no son válidas',
    'El correo electrónico o la contraseña no son correctos.',
  ],
  REFRESH_TOKEN_INVALID: ['El token de renovación no es válido', 'Inicie sesión de nuevo.'],
  FORBIDDEN: ['El rol no lo permite', 'Su rol no permite esta operación.'],
  NOT_FOUND: ['Aquí no hay nada', 'Ninguna ruta responde a esta dirección y método.'],
  USUARIO_NOT_FOUND: ['El usuario no existe', 'No existe ese usuario.'],
  TAREA_NOT_FOUND: ['La tarea no existe', 'No existe esa tarea.'],
  CACHE_KEY_NOT_FOUND: ['La clave de caché no existe', 'No existe esa clave en la caché.'],
  WARMER_UNKNOWN: ['El calentador no existe', 'No existe ese calentador de la caché.'],
  METHOD_NOT_ALLOWED: ['El método no está permitido', 'Esta ruta no admite ese método.'],
  REQUEST_TIMEOUT: ['La petición tardó demasiado', 'La petición no llegó completa a tiempo.'],
  PAYLOAD_TOO_LARGE: [
    'El cuerpo es demasiado grande',
    'El cuerpo es mayor de lo que admite este servidor.',
  ],
  URI_TOO_LONG: [
    'La URL es demasiado larga',
    'La URL es más larga de lo que admite este servidor.',
  ],
  UNSUPPORTED_MEDIA_TYPE: ['El tipo de contenido no se admite', 'Envíe application/json.'],
  RANGE_NOT_SATISFIABLE: [
    'El rango no se puede servir',
    'El rango pedido está fuera del contenido.',
  ],
  EXPECTATION_FAILED: ['La expectativa no se puede cumplir', 'Expect: solo admite 100-continue.'],
  HEADERS_TOO_LARGE: [
    'Las cabeceras son demasiado grandes',
    'Las cabeceras son mayores de lo que admite este servidor.',
  ],
  USUARIO_DUPLICATE: ['El usuario ya existe', 'Otro usuario ya tiene ese dato.'],
  USUARIO_HAS_TAREAS: [
    'El usuario todavía tiene tareas abiertas',
    'Finalice, cancele o reasigne antes las tareas abiertas de este usuario.',
  ],
  USUARIO_LAST_ADMIN: [
    'Debe quedar un administrador',
    'Es el último administrador: nombre antes a otro.',
  ],
  USUARIO_SELF_DELETE: [
    'Nadie se elimina a sí mismo',
    'Otro administrador tiene que eliminar a este usuario.',
  ],
  TAREA_CODIGO_DUPLICATE: ['El código ya está en uso', 'Otra tarea tiene este código.'],
  TAREA_VERSION_CONFLICT: [
    'La tarea cambió entretanto',
    'La versión enviada ya no es la actual: lea la tarea de nuevo.',
  ],
  TAREA_ESTADO_INVALIDO: [
    'El estado no puede cambiar así',
    'Ese cambio de estado no está permitido.',
  ],
  TAREA_DATES_INVALID: [
    'Las fechas de la tarea están en desorden',
    'fin_programado no puede ser anterior a inicio_programado.',
  ],
  WARMING_RUNNING: [
    'La caché ya se está calentando',
    'Espere a que termine, o deténgalo con DELETE /cache/warming.',
  ],
  PRECONDITION_FAILED: [
    'La condición previa no se cumple',
    'El recurso ya no es el que nombra If-Match: léalo de nuevo.',
  ],
  IDEMPOTENCY_KEY_REUSED: [
    'La clave de idempotencia es de otra petición',
    'Esta Idempotency-Key ya se envió con otro cuerpo: use una nueva.',
  ],
  ACCOUNT_LOCKED: [
    'La cuenta está bloqueada por un tiempo',
    'Demasiadas contraseñas incorrectas seguidas: inténtelo más tarde.',
  ],
  RATE_LIMITED: ['Demasiadas peticiones', 'Demasiadas peticiones: espere un momento.'],
  INTERNAL_ERROR: [
    'Algo falló de nuestro lado',
    'No se pudo responder a la petición; su request_id la identifica en los registros.',
  ],
  CACHE_UNAVAILABLE: [
    'La caché no está disponible',
    'El almacén de la caché no responde; nada se ha borrado con certeza.',
  ],
  DATABASE_UNAVAILABLE: [
    'La base de datos no está disponible',
    'La base de datos no puede atender la petición ahora; inténtelo de nuevo.',
  ],
  HASHING_BUSY: [
    'Se están comprobando demasiadas contraseñas',
    'Demasiadas contraseñas a la vez: inténtelo de nuevo en un momento.',
  ],
  CACHE_WARMING: [
    'La caché todavía se está calentando',
    'El proceso espera a que la caché esté caliente antes de recibir peticiones.',
  ],
  SHUTTING_DOWN: ['El servidor se está cerrando', 'El servidor no admite peticiones por ahora.'],
} as const satisfies Record<ProblemCode, Text> & Record<string, Text>;

/** The title of a code in Spanish. */
export const spanishTitle = (code: ProblemCode): string => TEXTS[code][0];

/** A detail in Spanish: its own translation, or what its code says. */
export const spanishDetail = (code: ProblemCode, detail: string): string =>
  translatePhrase(detail) ?? TEXTS[code][1];
