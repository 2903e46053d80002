import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a server shows, and what its clients check it by. */
export interface Authority {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

/** An authority of its own and a certificate that it signed for `name`. */
export async function makeAuthority(folder: string, id: string, name: string): Promise<Authority> {
  const file = (what: string): string => join(folder, `${id}.${what}`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args);
  await openssl(
    ...['req', '-x509', '-days', '2', ...curve, '-subj', `/CN=${id}`],
    ...['-keyout', file('ca.key'), '-out', file('ca.crt')],
  );
  await openssl(
    ...['req', ...curve, '-subj', `/CN=${name}`],
    ...['-keyout', file('key'), '-out', file('csr')],
  );
  await writeFile(file('ext'), `subjectAltName=DNS:${name}`);
  await openssl(
    ...['x509', '-req', '-days', '2', '-in', file('csr'), '-extfile', file('ext')],
    ...['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file('crt')],
  );
  const [ca, key, cert] = await Promise.all(
    [file('ca.crt'), file('key'), file('crt')].map((path) => readFile(path, 'utf8')),
  );
  return { ca: ca ?? '', key: key ?? '', cert: cert ?? '' };
}

/** TLS that ends before the server, so that a Redis built without it serves as well. */
export interface TlsFront {
  readonly port: number;
  close(): void;
}

export async function startTlsFront(
  { key, cert }: Authority,
  targetPort: number,
): Promise<TlsFront> {
  const sockets = new Set<TLSSocket>();
  const front = createServer({ key, cert }, (socket) => {
    sockets.add(socket);
    const plain = connect(targetPort, '127.0.0.1');
    for (const end of [socket, plain]) end.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      plain.destroy();
    });
    plain.on('close', () => socket.destroy());
    socket.pipe(plain);
    plain.pipe(socket);
  });
  front.on('tlsClientError', () => undefined);
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      front.close();
    },
  };
}
