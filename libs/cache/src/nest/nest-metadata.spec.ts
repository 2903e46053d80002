import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import * as nest from '@nestjs/common/internal';
import * as ours from './nest-metadata.js';

describe('the metadata keys of Nest', () => {
  it('the metadata keys of Nest are those that the installed version writes', () => {
    const { ROUTE_PARAMETERS, ...keys } = ours;
    expect(Object.keys(keys).length).toBeGreaterThan(5);
    for (const [name, key] of Object.entries(keys)) expect(Reflect.get(nest, name)).toBe(key);
    for (const [name, kind] of Object.entries(ROUTE_PARAMETERS)) {
      expect(Reflect.get(nest.RouteParamtypes, name)).toBe(kind);
    }
  });
});
