import { count, counted, exactTime } from '../i18n/format.js';
import { defineTexts } from '../i18n/texts.js';

export const doctorTexts = defineTexts(
  {
    title: 'Doctor',
    about:
      'Qué está mal en el cache, su servidor y sus procesos, por qué importa y cómo se arregla.',
    again: 'Revisar de nuevo',
    export: 'Exportar JSON',
    at: (moment: string) => `Revisado a las ${exactTime(moment)}`,
    seen: 'Se vio',
    why: 'Por qué importa',
    fix: 'Arreglo',
    fixName: 'el arreglo',
    problema: 'Problema',
    all: 'Todo',
    doors: {
      1: 'El cache siempre devuelve vacío',
      2: 'Pocos aciertos',
      3: 'Sin memoria',
      4: 'Datos viejos',
    },
    healthy: 'Todo en orden',
    healthyHint: (n: number) => `${counted(n, 'comprobación pasó', 'comprobaciones pasaron')}.`,
    noneHere: 'Ningún hallazgo de este problema.',
    passed: (n: number) => counted(n, 'comprobación que pasa', 'comprobaciones que pasan'),
    tally: {
      fail: (n: number) => counted(n, 'falla', 'fallas'),
      warn: (n: number) => counted(n, 'aviso', 'avisos'),
      info: (n: number) => counted(n, 'nota', 'notas'),
      pass: (n: number) => `${count(n)} bien`,
    },
    severities: { fail: 'Falla', warn: 'Aviso', info: 'Nota', pass: 'Bien', 'n/a': 'No aplica' },
  },
  {
    title: 'Doctor',
    about:
      'What is wrong with the cache, its server and its processes, why it matters, how to mend it.',
    again: 'Look again',
    export: 'Export JSON',
    at: (moment: string) => `Looked at ${exactTime(moment)}`,
    seen: 'Seen',
    why: 'Why it matters',
    fix: 'Fix',
    fixName: 'the fix',
    problema: 'Problem',
    all: 'Everything',
    doors: {
      1: 'The cache always returns nothing',
      2: 'Few hits',
      3: 'Out of memory',
      4: 'Old data',
    },
    healthy: 'Everything is in order',
    healthyHint: (n: number) => `${counted(n, 'check passed', 'checks passed')}.`,
    noneHere: 'No finding of this problem.',
    passed: (n: number) => counted(n, 'check that passes', 'checks that pass'),
    tally: {
      fail: (n: number) => counted(n, 'failure', 'failures'),
      warn: (n: number) => counted(n, 'warning', 'warnings'),
      info: (n: number) => counted(n, 'note', 'notes'),
      pass: (n: number) => `${count(n)} good`,
    },
    severities: { fail: 'Failure', warn: 'Warning', info: 'Note', pass: 'Good', 'n/a': 'n/a' },
  },
);
