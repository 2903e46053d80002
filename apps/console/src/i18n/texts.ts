import { language } from './language.js';

/** The same names in another language: texts for texts, functions with the same parameters. */
type Translated<T> = {
  readonly [Name in keyof T]: T[Name] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : T[Name] extends string
      ? string
      : Translated<T[Name]>;
};

/**
 * The texts of one screen in both languages. A text that one of them lacks, or has too much, does not
 * compile.
 * @returns a function that gives those of the language in use; a component that calls it is rendered
 *   again when the language changes
 */
export function defineTexts<T>(es: T, en: Translated<T>): () => Translated<T> {
  return () => (language.value === 'es' ? (es as Translated<T>) : en); // a language translates itself
}
