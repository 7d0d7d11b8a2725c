"""``evenvoice demo``: evaluation, report, model and predictions in a few minutes, on synthetic speech."""

from __future__ import annotations

import sys
from pathlib import Path

from evenvoice.cli import options
from evenvoice.cli.predict import print_scores
from evenvoice.extras import need

UNSEEN = "5"


def demo(seed: options.Seed = 0, jobs: options.Jobs = None, out: options.Out = Path("demo")) -> None:
    """Evaluate the default recipe on unseen sessions, train a model, and predict with it.

    The speech is made on this machine by eSpeak NG: it shows every step, and no claim of accuracy rests on it.
    """
    need("espeakng_loader", "evenvoice demo")  # first: its extra brings all that follows
    from evenvoice import Recognizer, evaluate, open_corpus, open_recipe, train, write_report
    from evenvoice.allocator import keep_freed_memory
    from evenvoice.recipes import DEFAULT_RECIPE

    keep_freed_memory()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    corpus, recipe = open_corpus("demo"), open_recipe(DEFAULT_RECIPE)
    unseen = corpus.table[corpus.table["session"] == UNSEEN]
    study = evaluate(corpus, [recipe], ["session"], seeds=(seed,), out=out, jobs=jobs, on_message=say)
    page = write_report(out)
    known = corpus.without("session", [UNSEEN])
    model = train(known, recipe, out, seed=seed, jobs=options.cores(jobs), say=say)
    print(study.table())
    print(f"\nthree recordings of session {UNSEEN}, unseen by {model}:")
    recognizer = Recognizer(model)
    for _, row in unseen.groupby("emotion").head(1).head(3).iterrows():
        print_scores(Path(row["file"]), recognizer(row["file"]), spoken=row["emotion"])
    print(f"\nreport: {page}\nmodel:  {model}")
    print(f"next:   evenvoice predict {model} YOUR.wav, or evenvoice evaluate folder:YOUR/RECORDINGS")
