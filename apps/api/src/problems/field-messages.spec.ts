import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import { translatePhrase } from './spanish-phrases.js';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });

/** Values that a rule with several sentences answers differently. */
const VALUES = ['', 'x', '2026-02-30', '2016-12-31T23:59:60Z', '1969-01-01', 7, null, {}, []];

type Message = string | ((args: ValidationArguments) => string) | undefined;
type Rule = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']
>[number];

/** Everything that a rule of a DTO can say. */
function messagesOf(rule: Rule): string[] {
  if (['conditionalValidation', 'whitelistValidation', 'nestedValidation'].includes(rule.type)) {
    return [];
  }
  const [constraint] = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  return VALUES.map((value) => {
    const args: ValidationArguments = {
      value,
      object: {},
      property: rule.propertyName,
      targetName: '',
      constraints: rule.constraints as unknown[],
    };
    const message: Message =
      rule.message || constraint?.instance.defaultMessage?.bind(constraint.instance);
    const text = typeof message === 'function' ? message(args) : String(message);
    return text.replace(/^\$property /, '');
  });
}

/** The texts in a source that say what a value must be or is, an operand for each `${…}`. */
const literals = (source: string): string[] =>
  [...source.matchAll(/(?<=['`])(?:must|is) [^'`\n]+(?=['`])/g)].map(([text]) =>
    text.replace(/\$\{[^}]*\}/g, 'password'),
  );

describe('the message of a rejected field', () => {
  const messages = new Map<string, string>();

  beforeAll(async () => {
    for (const file of files.filter((name) => name.endsWith('.dto.ts'))) {
      const exported = (await import(pathToFileURL(join(SOURCES, file)).href)) as object;
      for (const dto of Object.values(exported).filter((each) => typeof each === 'function')) {
        const rules = getMetadataStorage().getTargetValidationMetadatas(
          dto as new () => object, // every function that a DTO file exports is a class
          '',
          true,
          false,
        );
        for (const rule of rules) {
          for (const text of messagesOf(rule)) messages.set(text, `${file} ${rule.propertyName}`);
        }
      }
    }
  });

  it('the message of a rejected field is found for the DTOs of bodies and queries', () => {
    expect(new Set(messages.values()).size).toBeGreaterThan(10);
    expect([...messages.keys()]).toContain('must be a day that the calendar has');
  });

  it('the message of a rejected field has a Spanish sentence, whatever the rule and the value', () => {
    expect([...messages].filter(([text]) => translatePhrase(text) === undefined)).toEqual([]);
  });

  it('the message of a rejected field has a Spanish sentence where a service rejects a field itself', () => {
    const found = files
      .filter(
        (file) =>
          file.endsWith('.ts') && !/^(config|database|openapi|http.listening)|\.spec/.test(file),
      )
      .flatMap((file) => literals(readFileSync(join(SOURCES, file), 'utf8')));
    expect(found).toContain('is taken by another usuario');
    expect(found.filter((text) => translatePhrase(text) === undefined)).toEqual([]);
  });
});
