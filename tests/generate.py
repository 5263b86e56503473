"""Rulebooks and facts drawn by Hypothesis: every method, status, missing rule and aggregation."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import strategies as st

from zhengheng.domain.periods import Period, parse_period
from zhengheng.lake.facts import DECIDED, Facts, empty, to_arrow
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import CONTRACTS

PERIOD = parse_period("2025")
N = Decimal


def number(low: int, high: int, places: int = 2) -> st.SearchStrategy[str]:
    return st.integers(low * 10**places, high * 10**places).map(
        lambda v: format(Decimal(v).scaleb(-places), "f")
    )


shares = number(0, 1)
undefined = st.sampled_from(["missing", "zero", "half", "full"])


def _methods() -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    target = number(1, 100)
    knots = st.lists(st.integers(-50, 150), min_size=2, max_size=5, unique=True).flatmap(
        lambda ats: st.lists(shares, min_size=len(ats), max_size=len(ats)).map(
            lambda values: [
                {"at": str(a), "share": s} for a, s in zip(sorted(ats), sorted(values), strict=True)
            ]
        )
    )
    credit = st.sampled_from(["0", "1/3", "2/3", "1", "0.5"])
    steps = st.lists(st.integers(-60, 120), min_size=1, max_size=4, unique=True).flatmap(
        lambda ats: st.lists(credit, min_size=len(ats), max_size=len(ats)).map(
            lambda cs: [{"at": str(a), "credit": c} for a, c in zip(ats, cs, strict=True)]
        )
    )
    d = st.fixed_dictionaries
    ties, among = st.sampled_from(["best", "mean", "worst"]), st.sampled_from(["due", "valued"])
    treated = {
        "winsorise": st.none() | d({"low": st.integers(0, 3), "high": st.integers(0, 3)}),
        "log": st.sampled_from([None, "plain", "from_lowest"]),
    }
    return {
        "ratio": d({"target": target, "cap": number(1, 2), "reverse": st.sampled_from(["inverse", "mirror"])}),
        "efficacy": d({"bottom": number(0, 40), "target": number(41, 100)}),
        "banded": d({"knots": knots}),
        "rank": st.one_of(d({}), d({"ties": ties, "among": among}),
                          d({"table": st.lists(shares, min_size=1, max_size=5), "ties": st.sampled_from(["best", "worst"])})),
        "plus_minus": d({"target": target, "per": st.sampled_from(["percent", "unit"]), "slope": number(0, 1, 3)}),
        "rate_minus": d({"target": target, "points_per_unit": number(0, 2), "floor_points": number(0, 2)}),
        "interval": d({"low": number(20, 40), "high": number(41, 60), "low_limit": number(0, 10), "high_limit": number(70, 99)}),
        "three_point": d({"base": number(0, 30), "target": number(31, 60), "stretch": number(61, 90)}),
        "growth": d({"base": number(0, 40), "target": number(40, 90), "cap": number(1, 2)}),
        "direct": d({"scale": st.just("100"), "cap": shares}),
        "tiers": d({"tiers": st.just([{"name": "达成", "low": "80", "high": "100"}])}),
        "threshold": d({"target": target, "strict": st.booleans()}),
        "steps": d({"steps": steps, "of": st.sampled_from(["value", "difference"]), "target": target}),
        "answers": d({"answers": st.just([{"value": v, "name": str(v), "credit": c} for v, c in ((0, "0"), (1, "1/3"), (2, "2/3"), (3, "1"))])}),
        "milestones": d({"late": shares}),
        "min_max": st.one_of(d({}), d({"at_worst": number(0, 0, 2) | number(-1, 0), "at_best": number(1, 2), **treated})),
        "z_score": st.one_of(d({"centre": number(0, 50), "scale": number(1, 10)}),
                             d({"deviation": st.sampled_from(["population", "sample"]), **treated})),
        "mads": d({"scale": number(1, 10)}),
        "percentile": d({"ties": ties, "among": among}),
        "borda": d({"ties": ties, "among": among}),
        "exponential_rank": d({"scale": st.sampled_from(["23", "4", "100"]), "ties": ties, "among": among}),
        "goalposts": st.one_of(d({"low": number(1, 20), "high": number(50, 90)}),
                               d({"low": number(1, 20), "high": number(50, 90), "log": st.just(True)})),
    }  # fmt: skip


METHODS = _methods()
UNBOUNDED = {"z_score", "mads"}
PLACED = {"rank", "borda", "percentile", "exponential_rank"}
"""Methods that count places: a filled value has one only among those counted."""
fills = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["mean", "median"]), "over": st.sampled_from(["group", "category"]),
        "counted": st.booleans(), "minimum": st.integers(1, 3), "reason": st.just("drawn"),
    }
)  # fmt: skip
rescales = st.one_of(
    st.fixed_dictionaries({"kind": st.just("min_max"), "at_worst": number(0, 0), "at_best": number(1, 1)}),
    st.fixed_dictionaries({"kind": st.just("best"), "lowest_at": st.sampled_from([None, "1", "0.5"])}),
    st.fixed_dictionaries({"kind": st.just("mean")}),
    st.fixed_dictionaries({"kind": st.just("z_score"), "centre": number(0, 50), "scale": number(1, 10),
                           "deviation": st.sampled_from(["population", "sample"])}),
    st.fixed_dictionaries({"kind": st.just("exponential_rank"), "scale": st.sampled_from(["23", "7"])}),
)  # fmt: skip


@st.composite
def indicators(draw: st.DrawFn, code: str, kind: str | None = None) -> dict[str, Any]:
    kind = kind or draw(st.sampled_from(sorted(METHODS)))
    method = {"kind": kind, "undefined": draw(undefined), **draw(METHODS[kind])}
    made: dict[str, Any] = {
        "code": code,
        "name": code,
        "direction": draw(st.sampled_from(["up", "down"])),
        "decimals": draw(st.integers(2, 4)),
        "digits": draw(st.integers(0, 4)),
        "carry": draw(st.sampled_from(["rounded", "exact"])),
        "frequency": draw(st.sampled_from(["year", "quarter", "half"])),
        "combine": draw(st.sampled_from(["sum", "mean", "last"])),
        "method": method,
    }
    if kind not in {"milestones", "answers", "tiers"} and draw(st.integers(0, 5)) == 0:
        of_group = ["group_median", "group_mean", "group_best"]
        treated = method.get("winsorise") or method.get("log")
        made["reference"] = {
            "to": draw(st.sampled_from(["previous", *([] if treated else of_group)]))
        }
    if draw(st.integers(0, 3)) == 0:
        made["fill"] = draw(fills)
    if draw(st.integers(0, 6)) == 0:
        made["absent"], made["absent_reason"] = "zero", "counted"
    if kind in UNBOUNDED:
        made["missing"] = draw(st.sampled_from(["block", "renormalise"]))
    if draw(st.integers(0, 5)) == 0 and kind not in UNBOUNDED | {"milestones"}:
        other = draw(st.sampled_from(sorted(set(METHODS) - UNBOUNDED - {"milestones"})))
        day = draw(st.sampled_from(["2025-07-01", "2025-07-01", "2025-04-01", "2025-08-15"]))
        lengths = ["months", "days"] if day.endswith("-01") else ["days"]
        made["changes"] = [
            {
                "from": day, "kind": draw(st.sampled_from(["split", "restated", "prospective"])),
                "by": draw(st.sampled_from(lengths)), "reason": "r", "basis": {"title": "b"},
                "method": {"kind": other, **draw(METHODS[other])},
            }
        ]  # fmt: skip
        made["frequency"] = draw(st.sampled_from(["year", "half", "quarter", "quarter"]))
        if made.get("reference", {}).get("to", "").startswith("group_") and other == "min_max":
            made["changes"][0]["method"] = {"kind": "min_max"}
    if made.get("fill") and PLACED & {
        kind,
        *(c["method"]["kind"] for c in made.get("changes", ())),
    }:
        made["fill"]["counted"] = True
    if draw(st.integers(0, 2)) == 0:
        made["light"] = {"by": draw(st.sampled_from(["time_progress", "plan", "level", "score", "ceiling"])),
                         "watch": draw(number(0, 1)), "missed": draw(number(1, 3))}  # fmt: skip
        if kind == "milestones":
            made["light"]["by"] = "milestones"
    return made


@st.composite
def rulebooks(draw: st.DrawFn, kind: str | None = None, *, wide: bool = False) -> Rulebook:
    count = draw(st.integers(2, 5))
    found = [draw(indicators(f"I{n}", kind if n == 0 else None)) for n in range(count)]
    extra: list[dict[str, Any]] = []
    if draw(st.integers(0, 2)) == 0:
        extra = [
            {"code": "NUM", "name": "n", "decimals": 0, "frequency": "quarter"},
            {"code": "DEN", "name": "d", "decimals": 0, "frequency": "quarter"},
        ]
        found.append(
            {
                "code": "RATE", "name": "rate", "decimals": 2, "method": {"kind": "ratio", "target": "90"},
                "parts": {"numerator": {"NUM": 1}, "denominator": {"DEN": 1}, "scale": 100,
                          "minimum": draw(st.sampled_from([None, "5"]))},
            }
        )  # fmt: skip
    if wide and draw(st.integers(0, 2)) == 0:
        combine = draw(st.sampled_from(["sum", "sum", "mean", "last"]))
        extra.append(
            {"code": "AMT", "name": "a", "decimals": 0, "frequency": "quarter", "combine": combine}
        )
        grown: dict[str, Any] = {
            "code": "GROW", "name": "growth", "decimals": 2, "method": {"kind": "ratio", "target": "5"},
            "year_on_year": {"of": "AMT", "as": draw(st.sampled_from(["percent", "percent", "difference"]))},
        }  # fmt: skip
        if draw(st.integers(0, 2)) == 0:
            change = {"from": "2025-07-01", "kind": "split", "reason": "r", "basis": {"title": "b"}}
            grown["changes"] = [change | {"method": {"kind": "ratio", "target": "4"}}]
        found.append(grown)
    codes = [i["code"] for i in found]
    cut = draw(st.integers(1, len(codes)))
    rule = st.sampled_from(["floor", "block", "unranked", "renormalise"])
    absent = st.sampled_from(["unranked", "reweight", "renormalise"])

    relative = draw(st.integers(0, 1)) == 0

    def node(code: str, children: list[Any]) -> dict[str, Any]:
        kinds = ["sum", "arithmetic", "geometric", "harmonic"]
        kinds += ["copeland"] if relative else []
        kinds += ["product", "quotient"] if len(children) == 2 else []
        more: dict[str, Any] = {}
        if draw(st.integers(0, 2)) == 0:
            more["coverage"] = draw(
                st.fixed_dictionaries(
                    {
                        "indicators": st.sampled_from([None, 1, 2]),
                        "share": st.sampled_from([None, "0.5", "0.8"]),
                        "below": st.sampled_from(["unranked", "missing"]),
                    }
                )
            )
        if draw(st.integers(0, 3)) == 0:
            more["mirror"] = True
        if relative and code != "total" and draw(st.booleans()):
            more["fill"] = draw(fills)
        if relative and draw(st.booleans()):
            shape = {
                "undefined": draw(undefined),
                "upward": draw(st.sampled_from(["rescaled", "plain"])),
            }
            more["rescale"] = draw(rescales) | shape
        return {
            **more,
            "code": code, "name": code, "aggregate": draw(st.sampled_from(kinds)), "weights": "relative",
            "digits": draw(st.integers(0, 3)), "carry": draw(st.sampled_from(["rounded", "exact"])),
            "missing": draw(rule), "not_applicable": draw(absent), "reason": "drawn",
            "ranked": draw(st.booleans()), "children": children,
        }  # fmt: skip

    children: list[Any] = codes[cut:]
    tree = node("total", [node("A", codes[:cut]), *children])
    weights: dict[str, Any] = {}
    for code in codes:
        weights[code] = draw(
            st.one_of(
                number(1, 20, 0),
                st.fixed_dictionaries({"c1": number(0, 20, 0), "c2": number(1, 20, 0)}),
                st.fixed_dictionaries({"c1": number(1, 20, 0)}),
            )
        )
    if tree["aggregate"] != "sum":
        weights["A"] = draw(number(1, 20, 0))
    direction = draw(st.sampled_from(["up", "up", "down"]))
    side, last = ("at_most", "90") if direction == "down" else ("at_least", "0")
    bands = [
        {
            "code": "优秀",
            "name": "优秀",
            side: draw(number(0, 90, 0)),
            "share_at_most": draw(shares),
        },
        {"code": "合格", "name": "合格", side: last},
        {"code": "差", "name": "差", "share_at_least": draw(st.sampled_from([None, "0.3"]))},
    ]
    for place, band in enumerate(bands):
        band["code"] = "GHI"[place]
    data = {
        "code": "drawn", "title": "drawn", "effective_from": "2025-01-01",
        "missing_reason": "drawn",
        "withheld": draw(st.sampled_from(["unranked", "block", "floor"])),
        "part_year": draw(st.sampled_from(["scored", "no_grade"])),
        "part_year_targets": draw(st.sampled_from(["pro_rata", "as_filed"])),
        "categories": [{"code": c, "name": c, "not_applicable_limit": draw(shares)} for c in ("c1", "c2")],
        "tree": tree, "weights": [{"from": "2025-01-01", "table": weights}],
        "indicators": found + extra,
        "bonus_cap": draw(st.sampled_from([None, "3"])), "deduction_cap": draw(st.sampled_from([None, "2"])),
        "adjustments": [
            {"code": "B", "name": "b", "kind": "bonus", "cap": draw(st.sampled_from([None, "2"]))},
            {"code": "D", "name": "d", "kind": "deduction"},
            {"code": "V", "name": "v", "kind": "veto", "effect": draw(st.sampled_from([{"best_grade": "H"}, {"grade": "I"}]))},
        ],
        "ranking": {"on": draw(st.sampled_from(["rounded", "exact"])), "ties": draw(st.sampled_from(["skip", "dense"])), "direction": direction,
                    "key": draw(st.sampled_from([None, "A"]))},
        "grading": {
            "on": draw(st.sampled_from(["rounded", "exact"])), "bands": bands,
            "last_seat": draw(st.sampled_from(["all_in", "all_out"])),
            "vetoed_frees_seat": draw(st.booleans()), "pool_below": draw(st.integers(0, 4)),
            "gates": draw(st.sampled_from([[], [{"indicator": "I0", "below": "5", "grade": "I"}]])),
        },
        "light": draw(st.sampled_from([None, {"by": "score", "watch": "0.8", "missed": "0.6"}])),
    }  # fmt: skip
    if draw(st.integers(0, 2)) == 0:
        data["coefficients"] = [
            {"of": one, "reason": "drawn", "value": draw(st.sampled_from([None, "1.1"])),
             "categories": {"c2": draw(number(0, 2))}, "units": {"u1": draw(number(0, 2))},
             "cap": draw(st.sampled_from([None, "1"]))}
            for one in draw(st.sampled_from([["I0"], ["A"], ["total"], ["I0", "total"]]))
        ]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        data["succession"] = [
            {"date": "2025-07-01", "kind": "split", "unit": "u0",
             "data": draw(st.sampled_from(["inherit", "inherit", "anew"])),
             "targets": draw(st.sampled_from(["inherit", "anew"])),
             "heirs": [{"unit": "u1", "share": "0.62"}, {"unit": "u2", "share": "0.38"}]},
        ]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        data["topics"] = [
            {
                "code": "homes",
                "name": {"zh": "住", "en": "Homes"},
                "about": "住得好不好",
                "indicators": codes[:cut],
            }
        ]
        data["goals"] = [
            {"code": "g1", "name": "目标", "from_year": 2023, "to_year": 2027, "indicators": codes}
        ]
        data["cascade"] = [
            {"indicator": "I0", "parent": "u0", "mode": "inherit", "roll_up": True,
             "children": {"u1": 0, "u2": 0}},
            {"indicator": "I0", "parent": "u1", "mode": "inherit", "roll_up": True,
             "children": {"u3": 0, "u4": 0}},
        ]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        data["binding"] = {"alpha": "0.3", "categories": ["c2"]}
    import json

    return Rulebook.model_validate_json(json.dumps(data), strict=True)


TIMES = (
    *[(None, None)] * 12, (date(2025, 4, 1), None), (date(2025, 7, 1), None), (date(2025, 7, 1), None), (None, date(2025, 6, 30)),
    (date(2024, 4, 1), date(2025, 9, 30)), (None, date(2025, 9, 29)), (date(2025, 2, 10), date(2025, 8, 14)),
)  # fmt: skip
"""First and last days of units: mostly all along, else there from an event of the rulebook on, or gone within the year. Drawn
`wide`, with growth rates: what nobody gains from a gap is asked of units that owe all."""


@st.composite
def facts_for(
    draw: st.DrawFn, book: Rulebook, period: Period = PERIOD, *, wide: bool = False
) -> Facts:
    units = []
    for place in range(draw(st.integers(2, 6))):
        late = (
            (date(2025, 4, 1), None) if not wide and draw(st.integers(0, 5)) == 0 else (None, None)
        )
        first, last = draw(st.sampled_from(TIMES)) if wide else late
        units.append(
            Unit(
                code=f"u{place}", name=book.title, category=draw(st.sampled_from(["c1", "c2"])),
                group=draw(st.sampled_from(["g1", "g1", "g2"])), superior="u0" if place else None,
                valid_from=first, valid_to=last, ranked=draw(st.integers(0, 6)) > 0,
                exempt=("I1",) if draw(st.integers(0, 7)) == 0 else (),
            )
        )  # fmt: skip
    columns: dict[str, dict[str, list[Any]]] = {
        name: {c: [] for c in CONTRACTS[name].names} for name in empty()
    }

    rows = count()

    def put(table: str, **row: Any) -> None:
        row |= {"file": 0, "row": next(rows)}
        for name, values in columns[table].items():
            values.append(row.get(name))

    statuses = st.sampled_from([1] * 12 + [2, 2, 3, 4, None])
    sequence = 0
    for unit in units:
        for indicator in book.indicators:
            kind = getattr(indicator.method, "kind", "")
            if kind == "milestones":
                for node in range(draw(st.integers(0, 3))):
                    due = date(2025, 1, 1) + timedelta(draw(st.integers(0, 500)))
                    done = draw(st.one_of(st.none(), st.integers(-60, 60)))
                    put("milestone", unit=unit.code, indicator=indicator.code, milestone=str(node), due_on=due,
                        done_on=None if done is None else due + timedelta(done),
                        share=draw(st.integers(1, 10**6)), waived=draw(st.integers(0, 5)) == 0)  # fmt: skip
                continue
            span = (
                [period, period.previous_year()]
                if indicator.reference.to == "previous" or indicator.code == "AMT"
                else [period]
            )
            for one in span:
                for observed in one.split(indicator.frequency):
                    status = draw(statuses)
                    if status is None:
                        continue
                    low = 0 if kind == "answers" else -500
                    high = (
                        4 * 10**indicator.decimals
                        if kind == "answers"
                        else 100 * 10**indicator.decimals
                    )
                    value = draw(st.integers(low, high)) if status == 1 else None
                    if kind == "answers" and value is not None:
                        value = value // 10**indicator.decimals * 10**indicator.decimals
                    published = st.sampled_from([None] * 20 + [period.end, date(2026, 1, 1)])
                    put("observation", unit=unit.code, indicator=indicator.code, period=observed.end,
                        value=value, status=status, published_on=draw(published))  # fmt: skip
                    if draw(st.integers(0, 12)) == 0:
                        sequence += 1
                        put("revision", unit=unit.code, indicator=indicator.code, period=observed.end,
                            value=draw(st.integers(0, 5000)), status=1, sequence=sequence, published_on=draw(published),
                            vintage=draw(st.sampled_from([None, "final"])))  # fmt: skip
            if kind != "answers" and draw(st.integers(0, 9)) == 0:
                sequence += 1
                put("revision", unit=unit.code, indicator=indicator.code, period=draw(st.sampled_from([period.end, period.previous_year().end])),
                    value=draw(st.integers(-500, 5000)), status=1, sequence=sequence, vintage=DECIDED)  # fmt: skip
            if draw(st.integers(0, 3)) == 0:
                put(
                    "approval", unit=unit.code, indicator=indicator.code, approver="a", document="d"
                )
            if draw(st.integers(0, 4)) == 0:
                for month, kind_ in ((12, "target"), (6, "plan")):
                    put("target", unit=unit.code, indicator=indicator.code, kind=kind_,
                        period=date(2025, month, 31 if month == 12 else 30),
                        value=draw(st.integers(-100, 9000)))  # fmt: skip
        for item in ("B", "D", "V"):
            for document in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
                put("event", unit=unit.code, item=item, document=str(document), decided_on=date(draw(st.sampled_from([2024, 2025, 2025, 2025])), 6, 1),
                    period=draw(st.sampled_from([None, None, date(2024, 12, 31), date(2025, 12, 31)])),
                    points=None if item == "V" else draw(st.integers(0, 2500)) * 10**6)  # fmt: skip
    return Facts({name: to_arrow(name, held) for name, held in columns.items()}, units)
