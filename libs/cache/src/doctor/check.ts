/** Languages of the doctor's texts. */
export const DOCTOR_LANGUAGES = ['en', 'es'] as const;

/** See {@link DOCTOR_LANGUAGES}. */
export type DoctorLanguage = (typeof DOCTOR_LANGUAGES)[number];

/** A text in every language; one that is missing does not compile. */
export type Words = Readonly<Record<DoctorLanguage, string>>;

/**
 * `fail`: the cache does not do its work; `warn`: it does it badly, or soon not; `info`: worth
 * knowing; `n/a`: the check cannot say anything here.
 */
export type Severity = 'fail' | 'warn' | 'info' | 'pass' | 'n/a';

/** A chapter of the guide's troubleshooting, to which a finding belongs. */
export type Problema = 1 | 2 | 3 | 4;

/**
 * What mends a finding: a command line, or an option of the cache with its value. `{name}` stands
 * for what the check has found; where a check has not found it there is no fix.
 */
export type FixTemplate =
  { readonly run: string } | { readonly set: string; readonly to: string | number | boolean };

/** One thing that a check may see. `{name}` in a text stands for a figure or a name. */
export interface Variant {
  readonly severity: Exclude<Severity, 'n/a'>;
  readonly seen: Words;
  /** Why it matters. Default: the title says it. */
  readonly why?: Words;
  readonly fix?: FixTemplate;
}

/** What a check has seen. */
export interface Verdict<V extends string = string> {
  readonly variant: V;
  /** Numbers, by names that carry their units. */
  readonly figures?: Readonly<Record<string, number>>;
  readonly names?: Readonly<Record<string, string>>;
}

/** Why a check can say nothing; see `REASONS`. */
export type Reason = keyof typeof REASONS;

/**
 * One check of the doctor. It looks at facts that were gathered before, and calls nothing.
 *
 * @typeParam Facts what it looks at
 * @typeParam V the things that it may see
 */
export interface Check<Facts, V extends string = string> {
  readonly id: string;
  /** The guide's chapter for its symptom; `null` without one. */
  readonly problema: Problema | null;
  /** What should be true. */
  readonly title: Words;
  /** Ids of findings that follow from this one, which takes their place. Default: none. */
  readonly explains?: readonly string[];
  readonly variants: Readonly<Record<V, Variant>>;
  look(facts: Facts): Verdict<V> | Reason;
}

/** Why a check can say nothing. */
export const REASONS = {
  in_process: {
    en: 'The cache lives in the memory of the process: there is no server.',
    es: 'La caché vive en la memoria del proceso: no hay servidor.',
  },
  unreachable: {
    en: 'The server does not answer, so this is not known.',
    es: 'El servidor no responde, así que no se sabe.',
  },
  hidden: {
    en: 'The server does not say it to this user.',
    es: 'El servidor no se lo dice a este usuario.',
  },
  few_reads: {
    en: 'Fewer than 100 reads in five minutes: too few to judge.',
    es: 'Menos de 100 lecturas en cinco minutos: muy pocas para juzgar.',
  },
  no_figures: {
    en: 'No running process reports figures.',
    es: 'Ningún proceso en marcha comunica cifras.',
  },
  no_log: {
    en: 'No log of events is read, so there is nothing to prove.',
    es: 'No se lee ningún registro de eventos, así que no hay nada que demostrar.',
  },
  first_look: {
    en: 'It takes two looks, and this is the first one.',
    es: 'Hacen falta dos miradas, y esta es la primera.',
  },
  no_cluster: {
    en: 'The server belongs to no Cluster.',
    es: 'El servidor no pertenece a ningún Cluster.',
  },
  switched_off: {
    en: 'It is switched off.',
    es: 'Está desactivado.',
  },
  no_limit: {
    en: 'The memory of the server has no limit.',
    es: 'La memoria del servidor no tiene límite.',
  },
  explained: {
    en: 'Another finding explains it.',
    es: 'Otro hallazgo lo explica.',
  },
} as const satisfies Record<string, Words>;
