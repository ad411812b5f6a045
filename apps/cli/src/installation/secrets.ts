/** A shorter one is not looked for by itself: it would black out half of every text. */
const SHORTEST_SECRET = 6;
const REDACTED = '[redacted]';

/**
 * The text without the passwords and the token of this process's settings, and without the credentials of any URL.
 * What Ordeal writes names none of them; a library's error might.
 */
export function withoutSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return secretsFilter(env)(text);
}

/** The same for many texts: the settings are read once. */
export function secretsFilter(env: NodeJS.ProcessEnv = process.env): (text: string) => string {
  const known = secretsOf(env);
  return (text) => {
    const shown = known.reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
    return shown.replaceAll(/(\w:\/\/[^\s:/?#@"]*):[^\s/?#@"]+@/g, `$1:${REDACTED}@`);
  };
}

function secretsOf(env: NodeJS.ProcessEnv): string[] {
  const passwords = [env.DATABASE_URL, env.REDIS_URL].flatMap((url) => {
    const parsed = URL.parse(url ?? '');
    return parsed === null ? [] : [parsed.password, parsed.searchParams.get('password') ?? ''];
  });
  const spellings = [...passwords, env.ORDEAL_TOKEN ?? ''].flatMap((secret) => {
    const plain = decoded(secret);
    // As it stands in a URL, as it is, and as it stands in JSON.
    return [secret, plain, JSON.stringify(plain).slice(1, -1)];
  });
  const long = spellings.filter((secret) => secret.length >= SHORTEST_SECRET);
  // Longest first, so that none leaves the rest of another behind.
  return [...new Set(long)].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
