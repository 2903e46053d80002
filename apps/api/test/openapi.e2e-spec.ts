import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { PROBLEM_CODES } from '../src/problems/problem-catalog.js';
import { operationsOf, schemaOf } from '../src/openapi/operations.js';
import { TestApi } from './support/api.js';
import { undocumentedFields } from './support/documented.js';

let api: TestApi;
let document: OpenAPIObject;

beforeAll(async () => {
  api = await TestApi.start('embedded');
  document = (await api.get('//docs-json')).body as OpenAPIObject;
});
afterAll(() => api.stop());

describe('the OpenAPI document', () => {
  it('the OpenAPI document has no finding at Redocly’s recommended level', async () => {
    const source = JSON.stringify(document);
    const config = await createConfig({ extends: ['recommended'] });
    const findings = await lintFromString({ source, config, absoluteRef: '/openapi.json' });
    expect(findings.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
    const broken = await lintFromString({
      source: source.replace('"servers":[{"url":"/"}]', '"servers":[]'),
      config,
      absoluteRef: '/openapi.json',
    });
    expect(broken.map(({ ruleId }) => ruleId)).toEqual(['no-empty-servers']);
  });

  it('the OpenAPI document has no finding at Spectral’s recommended level', async () => {
    const linter = new spectral.Spectral();
    linter.setRuleset({
      // Its types are not those that setRuleset asks for, which is what it is made for.
      extends: [[rulesets.oas as unknown as RulesetDefinition, 'recommended']],
    });
    const findings = await linter.run(JSON.stringify(document));
    expect(findings.map(({ code, message, path }) => ({ code, message, path }))).toEqual([]);
    const broken = await linter.run(JSON.stringify({ ...document, paths: {}, servers: [] }));
    expect(broken.map(({ code }) => code)).toContain('oas3-api-servers');
  });

  it('the OpenAPI document gives every operation an id that reads: a verb and what it is about', () => {
    const ids = operationsOf(document).map(({ operation }) => operation.operationId ?? '');
    expect(ids).toContain('getUserStatistics');
    expect(new Set(ids).size).toBe(ids.length);
    const verbs =
      'get|list|create|update|delete|invalidate|clear|log|refresh|start|stop|probe|explain';
    expect(ids.filter((id) => !new RegExp(`^(${verbs})([A-Z][a-z]+)+$`).test(id))).toEqual([]);
  });

  it('the OpenAPI document says integer and date-time wherever it is one, and has a type for every parameter', () => {
    const odd: string[] = [];
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      for (const [field, property] of Object.entries(
        schemaOf(document, schema)?.properties ?? {},
      )) {
        const { type, format } = { type: undefined, format: undefined, ...property };
        const isDecimal =
          /rat[eio]+$|share|gain|load_ms_|saved_seconds|promedio|productividad|diarias|^p\d\d$|confirmed_ms/.test(
            field,
          );
        if (type === 'number' && !isDecimal) odd.push(`${name}.${field}: number`);
        if (type === 'integer' && format === undefined) odd.push(`${name}.${field}: no format`);
        if (/_at$|^inicio_|^fin_/.test(field) && format !== 'date-time')
          odd.push(`${name}.${field}`);
      }
    }
    for (const { path, method, operation } of operationsOf(document)) {
      for (const parameter of operation.parameters ?? []) {
        if (!('schema' in parameter) || !schemaOf(document, parameter.schema)?.type) {
          odd.push(`${method} ${path}: ${JSON.stringify(parameter)}`);
        }
      }
    }
    expect(odd).toEqual([]);
  });

  it('the OpenAPI document bounds every text of a body', () => {
    const unbounded = operationsOf(document).flatMap(({ operation }) => {
      const body = operation.requestBody;
      const schema =
        body && 'content' in body ? body.content['application/json']?.schema : undefined;
      return Object.entries(schemaOf(document, schema)?.properties ?? {}).filter(([, property]) => {
        const { type, maxLength, format, enum: values } = schemaOf(document, property) ?? {};
        return type === 'string' && !maxLength && format !== 'date-time' && !values;
      });
    });
    expect(unbounded).toEqual([]);
  });

  it('the OpenAPI document has no default for what a PATCH may leave out', () => {
    const { CreateUsuarioDto, UpdateUsuarioDto } = document.components?.schemas ?? {};
    expect(schemaOf(document, CreateUsuarioDto)?.properties?.['rol']).toHaveProperty('default');
    expect(schemaOf(document, UpdateUsuarioDto)?.properties?.['rol']).not.toHaveProperty('default');
    const patches = operationsOf(document).filter(({ method }) => method === 'patch');
    expect(patches.length).toBeGreaterThan(1);
    for (const { operation } of patches) {
      const body = operation.requestBody;
      const schema =
        body && 'content' in body ? body.content['application/json']?.schema : undefined;
      expect(schemaOf(document, schema)?.required).toBeUndefined();
      expect(JSON.stringify(schemaOf(document, schema))).not.toContain('"default"');
    }
  });

  it('the OpenAPI document lists every code, and each where it can occur', () => {
    const problem = schemaOf(document, document.components?.schemas?.['ProblemDto']);
    expect(problem?.properties?.['code']).toMatchObject({ type: 'string', enum: PROBLEM_CODES });
    for (const { path, method, operation } of operationsOf(document)) {
      const documented = Object.keys(operation.responses);
      const always = ['400', '408', '414', '417', '429', '431', '500', '503'];
      const withBody = method === 'get' ? [] : ['413', '415'];
      expect({ path, documented }).toEqual({
        path,
        documented: expect.arrayContaining([...always, ...withBody]),
      });
      expect(JSON.stringify(operation.responses['400'])).toContain('VALIDATION_FAILED');
    }
  });

  it.each([
    ['getCacheStats', '/cache/stats'],
    ['getCacheOverview', '/cache/overview'],
    ['getCacheDoctor', '/cache/doctor'],
    ['getCacheHistory', '/cache/history'],
    ['listCacheNamespaces', '/cache/namespaces'],
    ['listHotCacheKeys', '/cache/hot'],
    ['listCacheProcesses', '/cache/fleet'],
    ['listCacheJournal', '/cache/journal'],
    ['getCacheWarming', '/cache/warming'],
    ['listCacheTree', '/cache/tree'],
    ['explainCacheKey', '/cache/explain/stats:user:2:days:30'],
    ['explainCacheKey', '/cache/explain/nada'],
    ['listCacheAudit', '/cache/audit'],
    ['getMe', '/auth/me'],
    ['getUserStatistics', '/stats/user/2'],
    ['listTareas', '/tareas'],
    ['listCacheKeys', '/cache/keys'],
  ])('the OpenAPI document has every field that %s answers', async (operationId, path) => {
    const { body } = await api.get(path, { as: 'admin' });
    expect(undocumentedFields(document, operationId, body)).toEqual([]);
  });

  it('the OpenAPI document is made once, and has no YAML beside it', async () => {
    const [one, two] = [await api.get('//docs-json'), await api.get('//docs-json')];
    expect(one.body).toEqual(two.body);
    expect((await api.get('//docs-yaml')).status).toBe(404);
  });
});
