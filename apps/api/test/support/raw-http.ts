import { connect } from 'node:net';

/** Sends these bytes over a socket of its own and resolves with everything that comes back: clients would tidy them up. */
export function sendRaw(baseUrl: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => {
      resolve(answer);
    });
    // A server may reset a connection that it has refused; what came before counts.
    socket.on('error', () => undefined);
  });
}

/** A POST without body whose target travels exactly as it is. */
export function postRaw(baseUrl: string, target: string, token: string): Promise<string> {
  const lines = [
    `POST ${target} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Length: 0',
    'Connection: close',
  ];
  return sendRaw(baseUrl, `${lines.join('\r\n')}\r\n\r\n`);
}
