/** The clock on the wall of whoever reads it, `12:03:07`; with the day when that is not today's. */
export function clockTime(at: Date | string | null): string {
  if (at === null) return 'some time';
  const instant = new Date(at);
  const time = instant.toLocaleTimeString('sv-SE');
  const day = instant.toLocaleDateString('sv-SE');
  return day === new Date().toLocaleDateString('sv-SE') ? time : `${day} ${time}`;
}

/** A span as one says it: `4 s`, `3 min`, `2 h`, `5 days`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
