import { expect } from '@jest/globals';
import type { Answer } from './api.js';

/** An RFC 9457 body with this status and code, complete, and telling nothing it should not. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: (answer.body as { code?: string }).code }).toEqual({
    status,
    code,
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = answer.body as Record<string, unknown>;
  expect(body).toMatchObject({
    type: expect.stringMatching(/^urn:gad:problem:/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
  expect(body['request_id']).toBe(answer.headers.get('x-request-id'));
  expect(JSON.stringify(body)).not.toMatch(
    /node_modules|\.ts:|\.js:|select |insert |redis:\/\/|127\.0\.0\.1/i,
  );
}
