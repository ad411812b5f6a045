import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Headers that keep a browser from helping an attacker, on every answer. */
export async function sendSecurityHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        // Bull Board asks for fonts from elsewhere; it does without them, and the network learns nothing.
        defaultSrc: ["'self'"],
        // Bull Board and the login page carry styles in their HTML; scripts come from files only.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // Not `no-referrer`, the default: with it the login form would send `Origin: null`, like a stranger.
    referrerPolicy: { policy: 'same-origin' },
    // Whether a name is to be reached by TLS only is for the proxy to say that speaks it.
    strictTransportSecurity: false,
    // Both mean something over TLS only; browsers complain about them elsewhere.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  // What is shown to who is logged in must not be shown from a cache to who is not; files of Bull Board bear a hash.
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
