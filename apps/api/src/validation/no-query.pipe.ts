import { Injectable, type PipeTransform } from '@nestjs/common';
import { Problem } from '../problems/problem.js';

/** For routes that take no query: refuses any name in it. */
@Injectable()
export class NoQueryPipe implements PipeTransform<Record<string, unknown>, undefined> {
  transform(query: Record<string, unknown>): undefined {
    const errors = Object.keys(query).map((field) => ({ field, message: 'is not a known name' }));
    if (errors.length > 0) {
      throw new Problem('VALIDATION_FAILED', 'This route takes no query; send ? in a key as %3F', {
        errors,
      });
    }
  }
}
