"""The plan of `empty-trials` as a script would run it: an asyncio semaphore over the specs, and for each trial one
SQLite insert and commit. Nothing is planned, leased, journaled or undone, and a crash loses what ran.

usage: python3 trials.py TRIALS PARALLEL DATABASE
"""

import asyncio
import json
import sqlite3
import sys
import time


async def start():
    return {"nodes": []}


async def apply(instance):
    return {"active": True}


async def undo(instance):
    return {"gone": True}


async def run_trial(spec):
    instance = await start()
    await asyncio.sleep(0)
    active = await apply(instance)
    await asyncio.sleep(0)
    gone = await undo(instance)
    return {**spec, **active, **gone, "outcome": "unaffected"}


async def run(trials, parallel, database):
    store = sqlite3.connect(database)
    store.execute("create table trials (trial_index integer primary key, outcome text, record text)")
    store.commit()
    slots = asyncio.Semaphore(parallel)
    specs = [{"subject": "empty", "chaos_type": "nothing", "trial_index": index} for index in range(trials)]

    async def run_one(spec):
        async with slots:
            record = await run_trial(spec)
            row = (spec["trial_index"], record["outcome"], json.dumps(record))
            store.execute("insert into trials values (?, ?, ?)", row)
            store.commit()

    began = time.perf_counter()
    await asyncio.gather(*(run_one(spec) for spec in specs))
    seconds = time.perf_counter() - began
    store.close()
    return {"trials": trials, "seconds": seconds}


print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))))
