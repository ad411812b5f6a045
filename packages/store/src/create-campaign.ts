import { OrdealError, operatorNeed } from '@ordeal/core';
import { sql } from 'kysely';
import { getCampaign } from './campaigns.ts';
import { inTransaction, notifyCampaign, type Session, type TransactionSession } from './database/session.ts';
import { toJsonText, toText } from './database/text.ts';
import type { Campaign, NewCampaign, NewTrial } from './rows.ts';

/** Rows a statement. Fewer: more round trips. More: longer texts, no faster (measured from 500 to 10,000). */
const BATCH = 2_000;

/**
 * Campaign and trials in one transaction: when the iterable throws, nothing was written. At most two batches
 * are in memory: one on its way to the server while the next is drawn from the iterable.
 *
 * Locks: none that anybody waits for; the rows are new. Cost: about 30,000 trials/s on two cores,
 * three quarters of it the server's rows, indexes and foreign key.
 */
export function createCampaign(
  session: Session,
  campaign: NewCampaign,
  trials: Iterable<NewTrial>,
): Promise<Campaign> {
  return inTransaction(session, async (inside) => {
    const id = await insertCampaign(inside, campaign);
    const operators = campaign.operators ?? [campaign.operator];
    const needs = new Set(operators.flatMap((name) => operatorNeed(name) ?? []));
    let trialCount = 0;
    let writing: Promise<void> = Promise.resolve();
    try {
      for (const batch of batches(trials, BATCH)) {
        for (const trial of batch) needs.add(`${trial.subject}/${trial.runtime}/${trial.chaosType}`);
        trialCount += batch.length;
        const packed = pack(batch);
        await writing;
        writing = insertTrials(inside, id, packed);
        // Handled at the next `await writing`, or below; without this a fast failure counts as unhandled.
        writing.catch(() => {});
      }
    } finally {
      await writing;
    }
    await inside.db
      .updateTable('campaigns')
      .set({
        trial_count: trialCount,
        needs: [...needs].sort(),
        queue_checked_at: sql<Date>`clock_timestamp()`,
      })
      .where('id', '=', id)
      .execute();
    await notifyCampaign(inside, id);
    const created = await getCampaign(inside, id);
    if (created === undefined)
      throw new OrdealError('INTERNAL', `campaign ${id} vanished while it was created`);
    return created;
  });
}

async function insertCampaign(inside: TransactionSession, campaign: NewCampaign): Promise<string> {
  const { id } = await inside.db
    .insertInto('campaigns')
    .values({
      name: toText(campaign.name),
      seed: campaign.seed,
      parallel: campaign.parallel,
      cooldown_seconds: campaign.cooldownSeconds,
      attempts: campaign.attempts,
      backoff_seconds: campaign.backoffSeconds,
      operator: campaign.operator,
      config: toJsonText(campaign.config),
      source: toText(campaign.source),
      finished_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** A batch on its way: what differs from trial to trial as columns, what repeats (nearly all of it) once a shape. */
interface Batch {
  readonly positions: number[];
  readonly keys: string[];
  readonly indexes: number[];
  readonly shapeOf: number[];
  readonly shapes: string;
}

function pack(trials: readonly NewTrial[]): Batch {
  const shapes = new Map<string, number>();
  const shapeOf = trials.map(({ position, key, trialIndex, ...shape }) => {
    const text = toJsonText(shape);
    const known = shapes.get(text) ?? shapes.size;
    shapes.set(text, known);
    return known;
  });
  return {
    positions: trials.map((trial) => trial.position),
    keys: trials.map((trial) => toText(trial.key)),
    indexes: trials.map((trial) => trial.trialIndex),
    shapeOf,
    shapes: `[${[...shapes.keys()].join()}]`,
  };
}

/** Sending each shape once instead of with each row made this twice as fast. */
async function insertTrials(inside: TransactionSession, campaignId: string, batch: Batch): Promise<void> {
  await sql`
    with shape as (
      select * from rows from (
        json_to_recordset(${batch.shapes}::json) as (
          "cell" text, "subject" text, "chaosType" text, "chaosParams" jsonb, "target" text,
          "durationSeconds" double precision, "baseline" boolean, "arm" text, "runtime" text, "goal" text,
          "timing" jsonb
        )
      ) with ordinality
    )
    insert into trials (
      campaign_id, position, key, trial_index, cell, subject, chaos_type, chaos_params, target,
      duration_seconds, baseline, arm, runtime, goal, timing
    )
    select
      ${campaignId}::bigint, trial.position, trial.key, trial.index, "cell", "subject", "chaosType",
      "chaosParams", "target", "durationSeconds", "baseline", "arm", "runtime", "goal", "timing"
    from unnest(
        ${batch.positions}::integer[], ${batch.keys}::text[], ${batch.indexes}::integer[],
        ${batch.shapeOf}::integer[]
      ) as trial (position, key, index, shape)
    join shape on shape.ordinality = trial.shape + 1
    order by trial.position`.execute(inside.db);
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
