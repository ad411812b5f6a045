import type { LoadOperations } from '../../load-client/open-loop.ts';
import type { ComposeLoad } from '../system.ts';

/** HTTP requests to one service, by its name. A status of 200 to 299 is a success. */
export function openLoad({
  service,
  port,
  read,
  write,
}: Extract<ComposeLoad, { http: object }>['http']): LoadOperations {
  const request = async (path: string, init: RequestInit) => {
    const response = await fetch(new URL(path, `http://${service}:${port}`), init);
    // To the last byte: an answer that breaks off is none.
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`status ${response.status}`);
  };
  return {
    read: (signal) => request(read, { signal }),
    write: (_number, signal) => {
      const { path, method = 'POST', body } = write;
      return request(path, { method, signal, ...(body === undefined ? {} : { body }) });
    },
  };
}
