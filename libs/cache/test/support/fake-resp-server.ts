import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A server that speaks just enough RESP for a client to connect, and answers as the test demands. */
export interface FakeRespServer {
  readonly url: string;
  /** Commands seen so far, by name, in order. */
  readonly seen: readonly string[];
  /** All that was received, commands and arguments. */
  readonly words: string;
  /** Answers every command but the handshake with this raw reply. */
  answer: string;
  close(): Promise<void>;
}

const HANDSHAKE: Readonly<Record<string, string>> = {
  HELLO: '%1\r\n$5\r\nproto\r\n:3\r\n',
  CLIENT: '+OK\r\n',
  SELECT: '+OK\r\n',
};

export async function startFakeResp(answer: string): Promise<FakeRespServer> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const fake = { answer, words: '' };
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      fake.words += chunk.toString('latin1');
      // Commands of these tests arrive whole; each begins with its array header.
      for (const [, name = ''] of chunk
        .toString('latin1')
        .matchAll(/\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n/g)) {
        const command = name.toUpperCase();
        seen.push(command);
        socket.write(HANDSHAKE[command] ?? fake.answer);
      }
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(fake, {
    url: `redis://127.0.0.1:${address.port}`,
    seen,
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
}
