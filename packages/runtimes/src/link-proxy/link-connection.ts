import { connect, type Socket } from 'node:net';
import type { Address } from '@ordeal/core';
import type { LinkRules } from './link-rules.ts';
import { Pump } from './pump.ts';

/** What a hanging dialler may still send before we stop reading; the kernel would take about as much. */
const HANGING_BYTES = 64 * 1024;

/** One connection over a link: a pump in each direction, reset as one. */
export interface LinkConnection {
  /** Goes by the rules as they are now; a direction once held stays so until the reset. */
  obey(): void;
  /** Delivers what delays still hold back. */
  hurry(): void;
  /** True when a cut was in force during any part of its life: it must be reset when the link heals. */
  readonly isTouched: boolean;
  /** RST to both sides. */
  reset(): void;
}

/**
 * Joins an accepted connection to the node behind the link.
 * @param closed called when both sides are closed: while a cut holds one, the other may outlive it
 */
export function joinConnection(
  dialler: Socket,
  to: Address,
  rules: LinkRules,
  closed: () => void,
): LinkConnection {
  const listener = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
  let isTouched = false;
  const reset = () => {
    forward.stop();
    backward.stop();
    resetSocket(dialler);
    resetSocket(listener);
  };
  const drawDelayMs = () => rules.drawDelayMs();
  const forward = new Pump(dialler, listener, { drawDelayMs, lane: rules.lanes.forward }, reset);
  const backward = new Pump(listener, dialler, { drawDelayMs, lane: rules.lanes.backward }, reset);
  let open = 2;
  for (const socket of [dialler, listener]) {
    // What went wrong with a socket is told by its `close`, to its pump.
    socket.on('error', () => {});
    socket.on('close', () => {
      open -= 1;
      if (open === 0) closed();
    });
  }
  forward.start();
  backward.start();
  return {
    obey() {
      if (rules.cuts('forward')) forward.hold();
      if (rules.cuts('backward')) backward.hold();
      isTouched ||= rules.cutsAny();
      forward.askAgain();
      backward.askAgain();
    },
    hurry() {
      forward.hurry();
      backward.hurry();
    },
    get isTouched() {
      return isTouched;
    },
    reset,
  };
}

/** A connection made while the link is cut: the kernel has accepted it, nobody will ever answer. */
export function hangConnection(dialler: Socket, closed: () => void): LinkConnection {
  let read = 0;
  dialler.on('error', () => {});
  dialler.on('close', closed);
  // Read and thrown away, for it is never resumed: reading is the only way to see that the dialler gave up.
  dialler.on('data', (bytes: Buffer) => {
    read += bytes.length;
    if (read >= HANGING_BYTES) dialler.pause();
  });
  dialler.on('end', () => dialler.destroy());
  const nothing = () => {};
  return { obey: nothing, hurry: nothing, isTouched: true, reset: () => resetSocket(dialler) };
}

function resetSocket(socket: Socket): void {
  // A reset of a socket that still connects would wait for the connection.
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
