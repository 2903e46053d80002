import { describe, expect, it } from '@jest/globals';
import { CAUSES, causeOf } from './database-cause.js';

const fromServer = (code: string, message = 'from the server') =>
  Object.assign(new Error(message), { severity: 'FATAL', code });
const fromNode = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('causeOf', () => {
  it.each([
    [fromServer('42501', 'permission denied for table tareas'), CAUSES.noRight],
    [fromServer('25006'), CAUSES.readOnly],
    [fromServer('53100', 'could not extend file'), CAUSES.diskFull],
    [fromServer('53200'), CAUSES.exhausted],
    [fromServer('53300', 'sorry, too many clients already'), CAUSES.tooMany],
    [fromServer('57P01'), CAUSES.stopped],
    [fromServer('57P02'), CAUSES.stopped],
    [fromServer('57P03'), CAUSES.starting],
    [fromServer('57P04'), CAUSES.noDatabase],
    [fromServer('3D000'), CAUSES.noDatabase],
    [fromServer('57014'), CAUSES.busy],
    [fromServer('40P01'), CAUSES.busy],
    [fromServer('55P03'), CAUSES.busy],
    [fromServer('58030'), CAUSES.exhausted],
    [fromServer('28P01'), CAUSES.password],
    [fromServer('28000', 'no pg_hba.conf entry for host "::1", no encryption'), CAUSES.tlsDemanded],
    [fromServer('28000', 'ningún registro en pg_hba.conf'), CAUSES.notAdmitted],
    [fromServer('08006'), CAUSES.silent],
    // PgBouncer has one code for everything.
    [fromServer('08P01', 'unsupported startup parameter: options'), CAUSES.parameter],
    [fromServer('08P01', 'no such database: gad'), CAUSES.noDatabase],
    [fromServer('08P01', 'no more connections allowed (max_client_conn)'), CAUSES.tooMany],
    [fromServer('08P01', 'SASL authentication failed'), CAUSES.password],
    [fromServer('08P01', 'SSL required'), CAUSES.tlsDemanded],
    [fromServer('08P01', 'query_wait_timeout'), CAUSES.silent],
    [fromNode('ECONNREFUSED'), CAUSES.refused],
    [new AggregateError([fromNode('ECONNREFUSED'), fromNode('ECONNREFUSED')]), CAUSES.refused],
    [fromNode('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), CAUSES.unresolved],
    [fromNode('EAI_AGAIN', 'getaddrinfo EAI_AGAIN db'), CAUSES.unresolved],
    [fromNode('ECONNRESET'), CAUSES.silent],
    [fromNode('SELF_SIGNED_CERT_IN_CHAIN'), CAUSES.certificate],
    [fromNode('DEPTH_ZERO_SELF_SIGNED_CERT'), CAUSES.certificate],
    [fromNode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), CAUSES.certificate],
    [fromNode('CERT_HAS_EXPIRED'), CAUSES.certificate],
    [fromNode('ERR_TLS_CERT_ALTNAME_INVALID'), CAUSES.certificate],
    [fromNode('EPROTO'), CAUSES.tlsRefused],
    [new Error('The server does not support SSL connections'), CAUSES.tlsRefused],
    [new Error('SASL: SCRAM: client password must be a non-empty string'), CAUSES.password],
    [new Error('Query read timeout'), CAUSES.silent],
    ['no error', CAUSES.silent],
  ])('causeOf finds the cause: %s', (error, expected) => {
    expect(causeOf(error).name).toBe(expected.name);
  });

  it('has a name of its own for each, by which episodes are distinguished', () => {
    const names = Object.values(CAUSES).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
