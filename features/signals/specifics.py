"""Particulars: what would be lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals, share

_CODE = ("()", "{", "};", "==", "</", "->", "=>", "$ ", "`", "::")
_CODE_SIGNS = "){}=<>$`:"  # each of the above has one of them


class Specifics(Family):
    """Figures, dates, names, quotations, units, sources, code: they speak for substance."""

    name = "specifics"
    signals = (
        *cue_signals("particular"),
        Signal("figures", "figures in the paragraph"),
        Signal("figure_share", "share of its words that are figures"),
        Signal("years", "years in the paragraph"),
        Signal("names", "capitalised words inside sentences"),
        Signal("name_share", "share of its words that are capitalised inside sentences"),
        Signal("quotes", "quotation marks"),
        Signal("units", "share of its words that are units"),
        Signal("reports", "verbs of reported speech"),
        Signal("code", "signs of code"),
        Signal("bare_sentences", "share of its sentences without figure, name or quotation"),
        Signal("bare_count", "such sentences"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        begin = batch.sentence_begin
        capital = batch.listed("capitalised").copy()
        capital[begin] = False
        number = batch.listed("number")
        quote = batch.is_sign('"“”«»')
        names = np.bincount(batch.paragraph_of[capital], minlength=len(batch)).astype(np.float32)
        particular = (capital | number | quote).astype(np.int64)
        # reduceat takes no empty list of starts
        counted = np.add.reduceat(particular, begin) if len(begin) else particular
        bare = counted == 0
        owner = batch.paragraph_of[begin]
        sentences = np.bincount(owner, minlength=len(batch)).astype(np.float32)
        bare_count = np.bincount(owner[bare], minlength=len(batch)).astype(np.float32)
        code = np.zeros(len(batch), np.float32)
        for place in batch.having(_CODE_SIGNS).tolist():
            content = batch.contents[place]
            if len(content) < 2000:
                code[place] = sum([sign in content for sign in _CODE])
        return (
            batch.cue("particular"),
            batch.flag("number"),
            batch.flag_share("number"),
            batch.flag("year"),
            names,
            share(names, batch.words),
            np.bincount(batch.paragraph_of[quote], minlength=len(batch)).astype(np.float32),
            batch.flag_share("unit"),
            batch.flag("report"),
            code,
            share(bare_count, sentences),
            bare_count,
        )
