"""The rule of an indicator as it counted in one period, in words: the change in force, and what it changed."""

from datetime import date
from typing import Any

from zhengheng.domain.periods import Period
from zhengheng.scheme.excel_words import VALUES
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.method_words import Pair, rule_said, said
from zhengheng.scheme.methods import AnyMethod
from zhengheng.scoring.due import segments


def rule_in(indicator: Indicator, period: Period, on: date) -> Pair:
    """How the value became points in the period as known on a day; where it was split, part by part."""
    pieces = segments(indicator, period, on)
    words = [rule_said(indicator.model_copy(update={"method": piece.method})) for piece in pieces]
    if len(pieces) > 1:
        words = [(
            "；".join(f"{p.start.month} 月 {p.start.day} 日至 {p.end.month} 月 {p.end.day} 日：{w[0]}" for p, w in zip(pieces, words, strict=True)),
            "; ".join(f"{p.start} to {p.end}: {w[1]}" for p, w in zip(pieces, words, strict=True)),
        )]  # fmt: skip
    ((zh, en),) = words
    before = year_before(indicator, period)
    return (f"{zh}；{before[0]}", f"{en}; {before[1]}") if before[0] and zh else (zh, en)


def year_before(indicator: Indicator, period: Period) -> Pair:
    """That the period is scored by the value of the year before, and which one that is; empty where by its own."""
    if not indicator.score_previous_year:
        return "", ""
    code = period.previous_year().code
    year = f"{code} 年" if code.isdecimal() else code
    return f"计上年值（{year}的实绩）", f"the value of the year before counts (that of {code})"


def turns_in(indicator: Indicator, period: Period, on: date) -> list[dict[str, Any]]:
    """The changes that fell into the period: from when, of which kind, what held before, what after, why."""
    before, found = indicator.method, []
    for change in sorted(indicator.changes, key=lambda one: one.from_):
        was, now = _words(indicator, before), _words(indicator, change.method)
        before = change.method
        if (change.known_from or change.from_) <= on and period.start < change.from_ <= period.end:
            kind = VALUES[change.kind]
            found.append({
                "from": change.from_.isoformat(), "code": change.kind, "kind": _pair(kind), "was": _pair(was), "now": _pair(now),
                "reason": {"zh": change.reason.zh, "en": change.reason.say("en")},
            })  # fmt: skip
    return found


def _words(indicator: Indicator, method: AnyMethod | None) -> Pair:
    return said(indicator.model_copy(update={"method": method}))


def _pair(words: Pair) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}
