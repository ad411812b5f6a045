import { gammaln } from 'simple-statistics';

const MOST_STEPS = 10_000;
const PRECISION = 1e-15;

/** The chance that a chi-square variable of `degrees` degrees of freedom exceeds `value`. */
export function chiSquareTail(value: number, degrees: number): number {
  return value <= 0 ? 1 : upperGamma(degrees / 2, value / 2);
}

/**
 * The regularized upper incomplete gamma function Q(a, x), to about 14 digits: its series below a + 1, Lentz's
 * continued fraction above (Press et al., Numerical Recipes, 6.2). simple-statistics has a table of critical values
 * only, and @stdlib's function comes with some 200 packages.
 */
function upperGamma(a: number, x: number): number {
  const scale = Math.exp(-x + a * Math.log(x) - gammaln(a));
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let step = 1; step < MOST_STEPS && term > sum * PRECISION; step += 1) {
    term *= x / (a + step);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = Number.MIN_VALUE / PRECISION;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let step = 1; step < MOST_STEPS; step += 1) {
    const numerator = -step * (step - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return fraction;
}
