import { describe, expect, it } from 'vitest';
import { reportPage } from './page.ts';
import { sampleReportData } from './testing-report.ts';

const MADE = { at: new Date(0), version: '1.2.3' };

describe('the report of a campaign', async () => {
  const page = reportPage(await sampleReportData(), MADE);

  it('is one file: it loads nothing and runs nothing', () => {
    expect(page).toContain('content="default-src &#39;none&#39;; style-src');
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b/);
    expect(page).not.toMatch(/<[^>]*\b(src|href|on\w+)=/);
    expect(page).not.toMatch(/url\(|@import/);
  });

  it('escapes what comes from data, in text and in attributes', () => {
    expect(page).toContain('nightly &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).toContain('restart n1 &lt;now&gt;');
  });

  it('has summary, matrix, curves, timelines of the worst trials, settings, seed and versions', () => {
    expect(page).toContain('seed 42');
    expect(page).toMatch(/my-operator (is better|and none are alike)|Not enough trials to tell my-operator/);
    expect(page).toMatch(/lost 2 of 4800 acknowledged writes, in 1 of 12 checked trials/);
    expect(page.match(/<svg/g)).toHaveLength(2 + 8);
    expect(page).toContain('Kaplan-Meier curves of none, my-operator, slow');
    expect(page).toContain('none: 1 censored at 30.0 s');
    // Lost writes are worse than a false alarm, and that than what never came back.
    expect(page.match(/<section class="trial"><h3>[^:]*: ([^,<]*)/g)?.slice(0, 2)).toEqual([
      expect.stringContaining('slow#5: resolved'),
      expect.stringContaining('slow#5: resolved'),
    ]);
    expect(page).toContain('name: nightly # &lt;b&gt;');
    expect(page).toContain('Made by Ordeal 1.2.3');
  });

  it('closes every element it opens', () => {
    for (const tag of [
      'table',
      'tr',
      'td',
      'div',
      'p',
      'svg',
      'g',
      'span',
      'section',
      'details',
      'h2',
      'h3',
    ]) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect([tag, page.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0]).toEqual([tag, opened]);
    }
  });

  it('draws within its pictures', () => {
    const places = [...page.matchAll(/ x1?="(-?[\d.]+)"/g)].map(([, x]) => Number(x));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThanOrEqual(1_080);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});
