import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { type CampaignQueues, openQueues } from '@ordeal/queue';
import { openTestStore, sampleCampaign, sampleTrials, type TestStore } from '@ordeal/store/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Access, checkAccess } from './access.ts';
import { startDashboard } from './server.ts';

const TOKEN = 'correct-horse-battery-staple';
const BEARER = { authorization: `Bearer ${TOKEN}` };

let store: TestStore;
let queues: CampaignQueues;
const schema = `bullmq_${randomBytes(6).toString('hex')}`;

beforeAll(async () => {
  store = await openTestStore();
  queues = await openQueues({ databaseUrl: store.databaseUrl, schema, producerOnly: true });
  await store.createCampaign(sampleCampaign({ name: 'shown' }), sampleTrials(1));
});
afterAll(async () => {
  await queues.close();
  await store.close();
});

async function start(asked: { host?: string; token?: string }): Promise<{ url: string; logged: string[] }> {
  const logged: string[] = [];
  const access: Access = checkAccess({ host: asked.host ?? '127.0.0.1', token: asked.token });
  const log = (line: string): unknown => logged.push(line);
  const dashboard = await startDashboard({ store, queues, access, port: 0, log });
  onTestFinished(() => dashboard.close());
  // What it listens on besides, this test reaches over loopback.
  return { url: `http://127.0.0.1:${new URL(dashboard.url).port}`, logged };
}

/** Follows no redirect, so that they can be seen. */
function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual' });
}

function login(url: string, token: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ token });
  return fetch(`${url}/login`, { method: 'POST', body, headers, redirect: 'manual' });
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** `fetch` would set the Host itself. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** A script that Bull Board's page loads. */
async function scriptOf(url: string, headers: Record<string, string>): Promise<string> {
  const page = await (await get(`${url}/queues`, headers)).text();
  return `${url}/queues/${/src="(static\/[^"]+)"/.exec(page)?.[1]}`;
}

describe('without a token, on loopback', () => {
  it('shows its pages to everyone here, with headers that keep them to themselves', async () => {
    const { url } = await start({});
    const page = await get(`${url}/queues`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const listed = await (await get(`${url}/queues/api/queues`)).json();
    expect(listed).toMatchObject({ queues: [{ displayName: expect.stringMatching(/shown/) }] });
  });

  it('answers neither to foreign names nor to foreign pages', async () => {
    const { url } = await start({});
    expect(await statusFor(`${url}/queues`, 'rebound.example')).toBe(403);
    const foreign = await get(`${url}/queues`, { origin: 'https://elsewhere.example' });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('answers what is not there, and what breaks, with the codes of the table', async () => {
    const { url, logged } = await start({});
    const missing = await get(`${url}/nothing`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const noJson = await fetch(`${url}/queues/api/queues/x/pause`, {
      method: 'PUT',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(noJson.status).toBe(400);
    expect(await noJson.json()).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(logged).toEqual([]);
  });
});

describe.each(['127.0.0.1', '0.0.0.0'])('with a token, on %s', (host) => {
  it('lets nobody see anything without it: no page, no call, no file', async () => {
    const { url } = await start({ host, token: TOKEN });
    const script = await scriptOf(url, BEARER);
    expect((await get(script, BEARER)).status).toBe(200);
    const paths = [
      '/',
      '/queues',
      '/queues/',
      '/queues/api/queues',
      '/nothing',
      '/logout',
      '/login/',
      '//login',
    ];
    for (const target of [...paths.map((path) => url + path), script]) {
      const refused = await get(target);
      expect(refused.status, target).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refused.json()).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
    }
    const pressed = await fetch(`${url}/queues/api/queues/ordeal-1/pause`, { method: 'PUT' });
    expect(pressed.status).toBe(401);
    const person = await get(`${url}/queues`, { accept: 'text/html' });
    expect([person.status, person.headers.get('location')]).toEqual([303, '/login']);
  });

  it('takes it as a header', async () => {
    const { url } = await start({ host, token: TOKEN });
    expect((await get(`${url}/queues/api/queues`, BEARER)).status).toBe(200);
    for (const authorization of [`Bearer ${TOKEN}x`, 'Bearer', `Basic ${TOKEN}`, TOKEN]) {
      expect((await get(`${url}/queues`, { authorization })).status).toBe(401);
    }
  });

  it('takes it at the login, and remembers the browser by a cookie that is not the token', async () => {
    const { url } = await start({ host, token: TOKEN });
    expect(await (await get(`${url}/login`)).text()).toMatch(/<form method="post" action="\/login">/);
    const own = { origin: url };
    const welcome = await login(url, TOKEN, own);
    expect([welcome.status, welcome.headers.get('location')]).toEqual([303, '/']);
    const [set] = welcome.headers.getSetCookie();
    expect(set).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(decodeURIComponent(set ?? '')).not.toContain(TOKEN);

    const cookie = cookieOf(welcome);
    expect((await get(`${url}/queues/api/queues`, { cookie })).status).toBe(200);
    expect((await get(await scriptOf(url, { cookie }), { cookie })).status).toBe(200);
    const [name, value = ''] = cookie.split('=');
    const later = `${name}=9${value}`;
    expect((await get(`${url}/queues`, { cookie: later })).status, 'a longer session').toBe(401);
    const left = await get(`${url}/logout`, { cookie });
    expect(left.headers.getSetCookie()[0]).toMatch(/=; .*Expires=Thu, 01 Jan 1970/);
  });

  it('ends its sessions with itself', async () => {
    const first = await start({ host, token: TOKEN });
    const [, value] = cookieOf(await login(first.url, TOKEN)).split('=');
    const second = await start({ host, token: TOKEN });
    const name = `ordeal_session_${new URL(second.url).port}`;
    expect((await get(`${second.url}/queues`, { cookie: `${name}=${value}` })).status).toBe(401);
  });

  it('says no to a wrong one, and after ten of them to everything from there but open sessions', async () => {
    const { url, logged } = await start({ host, token: TOKEN });
    const cookie = cookieOf(await login(url, TOKEN));
    for (let tries = 0; tries < 10; tries += 1) {
      const refused = await login(url, 'hunter2-hunter2-hunter2');
      expect(refused.status).toBe(401);
      const page = await refused.text();
      expect(page).toContain('this is not the token');
      expect(page).not.toContain('hunter2');
    }
    const blocked = await login(url, 'hunter2-hunter2-hunter2');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await login(url, TOKEN)).status).toBe(429);
    expect((await get(`${url}/queues`, BEARER)).status).toBe(429);
    expect((await get(`${url}/queues`, { cookie })).status).toBe(200);
    expect(logged).toEqual([]);
  });

  it('takes no login from a foreign page', async () => {
    const { url } = await start({ host, token: TOKEN });
    for (const origin of ['https://elsewhere.example', 'null']) {
      expect((await login(url, TOKEN, { origin })).status).toBe(403);
    }
  });
});

it('answers to any name of the machine on an address that others reach, with the token', async () => {
  const { url } = await start({ host: '0.0.0.0', token: TOKEN });
  expect(await statusFor(`${url}/login`, 'ordeal.example')).toBe(200);
  expect(await statusFor(`${url}/queues`, 'ordeal.example')).toBe(401);
});

it.each([
  { host: '127.0.0.1', port: 'taken', words: /port \d+ is taken/ },
  { host: '192.0.2.1', port: 'free', words: /--host 192\.0\.2\.1: is no address of this machine/ },
])('says why it cannot listen: $host, port $port', async ({ host, port, words }) => {
  const { url } = await start({});
  const access = checkAccess({ host, token: TOKEN });
  const taken = port === 'taken' ? Number(new URL(url).port) : 0;
  const starting = startDashboard({ store, queues, access, port: taken, log: () => {} });
  await expect(starting).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(words) });
});
