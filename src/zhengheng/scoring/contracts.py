"""The contract of every table: columns, types, meaning, keys.

Types: text, date, bool, int (64 bit), big (decimal(38,0), the type of everything multiplied).
A `?` marks a column that may be empty. Scales are those of `domain.numbers`: `value` = 10**decimals
of the indicator, `micro` = 10**6, `point` = 10**9, `fraction` = 10**12.

`big:9` says that every number there is smaller than 10**9 in size, `big:9/10` also that what is added
up of them (over one parent, one derived indicator) stays below 10**10. Plan tables are refused above
(`limits.py`), values and points by the steps that say so (`refuse`), and a test computes from these
limits that no number of any step reaches 37 digits (docs/decisions/0007).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

SEMANTICS = "11"
"""Version of what the tables and the steps mean; part of every run's id."""

ColumnType = Literal["text", "date", "bool", "int", "big"]

VALUE, NOT_APPLICABLE, MISSING, WITHHELD, NOT_DUE, FILLED, UNDEFINED = 1, 2, 3, 4, 5, 6, 7
STATUS_NAMES = {
    VALUE: "value",
    NOT_APPLICABLE: "not_applicable",
    MISSING: "missing",
    WITHHELD: "withheld",
    NOT_DUE: "not_due",
    FILLED: "filled",
    UNDEFINED: "undefined",
}
"""Status of a cell and its points. `filled` and `undefined` are never reported: a run makes the one of a gap, as
declared, the other of a rate over nothing or less."""
STATUS_WORDS = {
    "value": ("正常", "value"), "not_applicable": ("不适用", "not applicable"),
    "filled": ("补值", "filled"), "missing": ("缺数据", "missing"),
    "undefined": ("无法计算", "not computable"), "withheld": ("不公开", "withheld"),
    "not_due": ("未到期", "not due"), "unranked": ("不排名", "not ranked"),
}  # fmt: skip
"""What people read of a status, wherever they do, in Chinese and English."""


def status_name(row: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """The status of a row of `indicator_score` by name, given its rule.

    A value whose formula has no result is `undefined`; one whose measure (last year, another unit's value)
    was not reported stays `missing`.
    """
    unmeasured = rule["reference"] != "given" and row["target"] is None
    if row["status"] == MISSING and row["value"] is not None and not unmeasured:
        return "undefined"
    return STATUS_NAMES[row["status"]]


@dataclass(frozen=True)
class Column:
    name: str
    type: ColumnType
    nullable: bool
    meaning: str
    digits: int | None = None
    """Every number is smaller in size than 10**digits."""
    together: int | None = None
    """So is what is added up of them, than 10**together."""


@dataclass(frozen=True)
class Contract:
    """A table's name, role (fact, plan or result), key and columns."""

    name: str
    role: Literal["fact", "plan", "result"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _contract(role: Literal["fact", "plan", "result"], text: str) -> Contract:
    head, *lines = [line.strip() for line in text.strip().splitlines()]
    name, key = head.split(" key ")
    columns = []
    for line in lines:
        column, kind, meaning = line.split(maxsplit=2)
        kind, _, limits = kind.partition(":")
        digits = [int(limit) for limit in limits.split("/") if limit]
        columns.append(
            Column(column, kind.rstrip("?"), kind.endswith("?"), meaning, *digits)  # type: ignore[arg-type]
        )
    return Contract(name, role, tuple(key.split(", ")), tuple(columns))


FACTS = tuple(
    _contract("fact", text)
    for text in (
        """observation key unit, indicator, period
        unit text code of the unit
        indicator text code of the indicator
        period date last day of the period
        value int?:15 value scale; empty unless status is 1
        status int:1 1 value, 2 not_applicable, 3 missing, 4 withheld, 5 not_due
        vintage text? preliminary, revised, final
        published_on date? day the value became known
        file int:9 number of the source file in the snapshot
        row int:9 row in the source file, as its own program counts; of many, the last""",
        """counted key unit, indicator, period
        unit text code of the unit
        indicator text code of the indicator
        period date last day of the period, of an observation that is counted or summed from many rows
        file int:9 number of the source file in the snapshot
        first_row int:9 the first of these rows
        row int:9 the last of them, as in observation
        rows int:9 how many they are; others may stand between them""",
        """revision key unit, indicator, period, sequence
        unit text code of the unit
        indicator text code of the indicator
        period date last day of the period
        value int?:15 value scale
        status int:1 as in observation
        vintage text? preliminary, revised, final; decided: the value of the whole period, by an appeal
        published_on date? day the value became known
        sequence int:9 order in which revisions arrived
        file int:9 number of the source file
        row int:9 row in the source file""",
        """target key unit, indicator, kind, period
        unit text code of the unit
        indicator text code of the indicator
        kind text target, base, stretch, bottom, plan
        period date last day of the period it is for
        value int:15 value scale
        file int:9 number of the source file
        row int:9 row in the source file""",
        """milestone key unit, indicator, milestone
        unit text code of the unit
        indicator text code of the indicator
        milestone text code of the dated node
        due_on date day it is due
        done_on date? day it was done
        share int:7 share of the whole, micro
        waived bool true: leaves the sum
        file int:9 number of the source file
        row int:9 row in the source file""",
        """event key unit, item, document
        unit text code of the unit
        item text code of the adjustment item
        points int?:15 points carried, point scale, positive
        document text document number of the decision
        decided_on date day of the decision
        period date? last day of the assessed period it counts in; empty: the one that decided_on lies in
        file int:9 number of the source file
        row int:9 row in the source file""",
        """approval key unit, indicator
        unit text code of the unit
        indicator text code of the indicator
        approver text who approved that it does not apply
        document text document number
        file int:9 number of the source file
        row int:9 row in the source file""",
    )
)

PLAN = tuple(
    _contract("plan", text)
    for text in (
        """setting key at
        at date day the run looks from
        period_begin date? first day of the assessed period; empty in plans kept before semantics 7
        period_end date last day of the assessed period
        before_end date? last day of the same period a year before; empty in plans kept before semantics 11
        known_by date? values published after this day do not count; empty in plans kept before semantics 8
        part_of date? last day of the whole period that this run is a part of, as a quarter of an assessed year; else empty
        withheld text unranked, block, floor
        part_year text scored, no_grade
        part_year_targets text pro_rata, as_filed
        bonus_cap big?:15 point scale
        deduction_cap big?:15 point scale
        rank_on text rounded, exact
        rank_direction text? down: the lower score is the better one; otherwise up
        ties text skip, dense
        key_node text? node whose score separates ties
        grade_on text rounded, exact
        last_seat text all_in, all_out
        vetoed_frees_seat bool see rulebook
        pool_below int:9 groups smaller than this share one pool
        alpha big?:7 weight of the unit in a person's reference score, micro""",
        """unit key unit
        unit text code
        category text category code
        comparison_group text group code
        superior text? unit it belongs to
        valid_from date first day inside the period
        valid_to date last day inside the period
        part_year bool did not exist for the whole period
        ranked bool takes part in ranks
        bound bool its own score is bound to its superior's""",
        """part_unit key unit
        unit text units that existed for part of the period only
        valid_from date first day
        valid_to date last day
        days int:4 days inside the period
        period_days int:4 days of the period
        reach_from date first day that its sums reach, with what it took over
        reach_days int:4 days from there to its last one""",
        """part_days key unit, indicator
        unit text units whose figures of an indicator cover other days than its sums do, as where it ends within a quarter
        indicator text indicators whose parts of a period add up
        days int:4 days from the first to the last that a figure of its covers
        of int:4 days of the period that is asked of everybody, the one before where an indicator is scored by it""",
        """part_share key unit, indicator, segment
        unit text units that existed for part of the period only
        indicator text indicators whose period is cut by a split change
        segment int:3 segment
        days int:4 days of the segment inside the time that the unit's figures cover
        of int:4 days of that time inside the period""",
        """exemption key unit, indicator
        unit text code, also of a unit before others
        indicator text code, also of what an indicator is made from that no other of the unit needs""",
        """unasked key unit, indicator
        unit text code of a unit whose figures others' values are made of
        indicator text observed series that is not asked of it: its figures are owed only where it reported any of the time""",
        """cascade_target key unit, indicator
        unit text code
        indicator text code
        target big?:15 target handed down, value scale; empty for an heir of units that were asked in unlike ways: it has none
        own bool? true: a cascade lists the unit itself; false: taken over; empty in plans kept before semantics 11""",
        """succession key unit, heir
        unit text predecessor
        heir text successor that takes over its targets
        share int:7 share taken over, micro
        generation int?:3 turn of the heir: 1 where no unit before it is an heir itself, otherwise one more than the last of those; empty in plans kept before semantics 11""",
        """figure key unit, origin, kind, first
        unit text whose values are not made of its own figures of all times alone
        origin text whose figures they are made of: its own, and those of units before it
        kind text all, sums, others: of which series
        share int:7 share that counts, micro
        first date the first day on which a period may end
        last date the last such day
        if_any bool only where the origin reported a figure of this time at all: the list does not say whether it was there""",
        """rollup key unit, through, origin, indicator, first
        unit text parent whose value may come from below
        through text the parent, or one that it took over: what that one reports itself stands in the place of what is below
        origin text whose figures are added up
        indicator text observed series that adds up
        share int:7 share that counts, micro
        first date the first day on which a period may end
        last date the last such day
        if_any bool only where the origin reported a figure of this time at all: the list does not say whether it was there""",
        """vintage_rule key indicator, period
        indicator text code
        period date last day of the observed period
        vintage text? the release that counts; empty: the latest
        published_by date? releases after this day are not scored""",
        """period_use key indicator, segment, purpose, period
        indicator text code
        segment int:3 part of the period cut by a split change, from 1; 0 is the whole of a period that is cut
        purpose text value, previous
        period date last day of an observed period that counts
        against date? of a previous one: the last day of the period that is held against it
        begins date? of a previous one: its first day""",
        """series key indicator, segment
        indicator text code
        segment int:3 segment
        category text category that needs it
        combine text sum, mean
        absent text missing, zero
        expected int:4 periods due
        additive bool quantities that succession may share out""",
        """derivation key indicator, depth
        indicator text derived indicator
        depth int:3 1 = from observed series only
        scale_n big:9 numerator of the scale
        scale_d big:9 denominator of the scale
        minimum big?:36 least denominator, scale of part times
        constant big?:18 denominator where there are no denominator parts
        previous bool true: change against the year before
        percent bool change in percent, otherwise difference""",
        """part key indicator, part
        indicator text derived indicator
        part text indicator it is made from
        numerator big:12/12 multiplier in the numerator
        denominator big:12/12 multiplier in the denominator""",
        """rule key category, indicator, segment
        category text category
        indicator text code
        segment int:3 segment
        share_n int:4/4 part of the period this segment covers
        share_d int:4 the whole period
        method text scoring method; none for the whole of a period that is cut
        decimals int:2 of the indicator
        unit_scale big:13 10**decimals
        digits int:2 rounding of the points
        round_unit big:10 10**(9-digits)
        carry text rounded, exact
        full big:10 full mark, micro
        sign int:1 1 higher is better, -1 lower is better
        target big?:15 value scale
        base big?:15 value scale
        stretch big?:15 value scale
        bottom big?:15 value scale
        low big?:15 value scale
        high big?:15 value scale; of exponential_rank 1 - e^(-100/scale), 10**15
        low_limit big?:15 value scale
        high_limit big?:15 value scale
        log_low big?:14 logarithm of low, LOG_SCALE
        log_high big?:14 logarithm of high, LOG_SCALE
        first big?:9 first share of the method (base, at_base, slope, centre), micro
        second big?:9 second share (span, at_target, scale), micro
        third big?:9 third share (at_stretch), micro
        least big?:9 least share of the full mark, micro
        most big?:9 greatest share of the full mark, micro
        least_points big?:10 least points, micro
        strict bool threshold itself does not count
        reference text given, previous, group_best, group_mean, group_median, unit
        reference_unit text? unit whose value is the target
        undefined text missing, zero, half, full
        grouped bool needs the group's values
        ties text? best, mean, worst: of the places that equal values share
        among text? due, valued: whom a place is counted among
        sample bool deviation over n - 1
        treated bool values are winsorised or taken the logarithm of
        latest bool the last segment of the period
        carried bool the segment's value is a part of a sum: it is carried to the whole period
        additive bool parts add up: targets of part-year units shrink with their time
        elapsed_n int:4 days gone by at the last due period
        elapsed_d int:4 days of the period""",
        """treatment key indicator, segment
        indicator text code
        segment int:3 segment
        low int:9 so many of the lowest values take the next
        high int:9 so many of the highest values take the next
        log text? plain, from_lowest""",
        """filling key category, indicator
        category text category
        indicator text code
        by_what text mean, median
        pool text group, category: whose values fill
        counted bool filled values enter the group's statistics
        minimum int:9 least units with a value""",
        """coefficient key category, subject
        category text category
        subject text indicator or node
        factor big:9 what multiplies the score, micro
        most big?:9 greatest share of the full mark, micro""",
        """unit_coefficient key unit, subject
        unit text unit
        subject text indicator or node
        factor big:9 what multiplies the score, micro""",
        """rule_knot key indicator, segment, place
        indicator text code
        segment int:3 segment
        place int:9 from 1, ascending by value
        at_low big:15 value of the left end, value scale
        at_high big:15 value of the right end
        share_low big:9 share at the left end, micro
        share_high big:9 share at the right end, micro
        open_low bool also covers everything below
        open_high bool also covers everything above""",
        """rule_step key indicator, segment, place
        indicator text code
        segment int:3 segment
        at big:15 from this value (or difference) on, value scale
        until big?:15 up to below this value
        place int:9 from 1, ascending
        difference bool compares value minus target
        credit_n big:12 numerator of the credit
        credit_d big:12 denominator of the credit""",
        """rank_share key indicator, segment, place
        indicator text code
        segment int:3 segment
        place int:9 rank
        share big:9 share of the full mark, micro""",
        """milestone_rule key indicator, segment
        indicator text code
        segment int:3 segment
        late big:9 share earned when done late, micro
        starts_on date nodes due from this day
        ends_on date nodes due up to this day and up to `at`""",
        """node key node
        node text code
        depth int:3 distance from the root
        aggregate text sum, arithmetic, geometric, harmonic, product, quotient, copeland
        digits int:2 rounding
        round_unit big:10 10**(9-digits)
        carry text rounded, exact
        ranked bool ranks are published
        leaves int:9 number of indicators below""",
        """node_rule key node
        node text what a dimension owes to other units, and its turn: one row where there is any
        least_used int?:9 least indicators measured
        least_share big?:7 least share of those due, micro
        below text? unranked, missing: what it is with fewer
        fill text? mean, median
        pool text? group, category: whose scores fill
        minimum int?:9 least units with a score
        counted bool filled scores enter the group's statistics
        mirror bool full mark less score
        rescale text? min_max, best, mean, z_score, exponential_rank
        first big?:9 at_worst, centre or lowest_at, micro
        second big?:9 at_best or scale, micro
        curve big?:16 1 - e^(-100/scale), 10**15
        curve_top big?:14 100/scale, LOG_SCALE
        sample bool deviation over n - 1
        undefined text? missing, zero, half, full
        plain bool the score before goes up""",
        """branch key category, child
        category text category
        parent text node above
        child text node or indicator
        leaf bool child is an indicator
        place int:9 among its siblings, from 1
        depth int:3 depth of the parent
        weight big:9/10 weight in the parent, micro
        full big:10 full mark of the child, micro
        mass int:10/11 what the child adds to the full mark of a sum, micro; 0 under means
        missing text floor, block, unranked, renormalise
        not_applicable text unranked, reweight, renormalise
        leaves int:9 indicators in the child, for "n of m"
        share big:7 share of the whole full mark, micro; 0 for nodes
        lowest big:14 points of a missing indicator under the floor rule, point scale""",
        """node_full key category, node
        category text code
        node text code
        full big:10 full mark, micro""",
        """category key category
        category text code
        not_applicable_limit big:7 share of the weight, micro""",
        """light_rule key subject
        subject text indicator or node
        leaf bool subject is an indicator
        by text time_progress, plan, level, score, milestones, ceiling
        watch big:12 micro (of a percentage point, or of a share)
        missed big:12 micro
        watch_first bool the watch value itself is already yellow""",
        """band key place
        place int:9 1 = best
        grade text code
        at_least big?:15 cut, point scale; the negative of `at_most` where lower is better
        share_at_most big?:7 micro
        share_at_least big?:7 micro
        outside bool given by gates and effects only""",
        """gate key indicator
        indicator text code
        segment int:3 0 where the period is cut, otherwise 1
        below big:15 value scale
        place int:9 band forced""",
        """item key item
        item text code
        kind text bonus, deduction, integrity, veto
        cap big?:15 point scale
        best_place int?:9 best band left
        forced_place int?:9 band forced""",
    )
)

RESULTS = tuple(
    _contract("result", text)
    for text in (
        """period_value key unit, indicator, segment
        unit text code
        indicator text code
        segment int segment
        total big? sum of the values, value scale
        valued int periods with a value
        total_before big? sum of the values of the year before, value scale
        valued_before int periods of the year before with a value
        settled_before int periods of the year before with a value or not applicable
        gaps_before int periods of the year before reported as missing or withheld""",
        """cell key unit, indicator, segment
        unit text code
        category text category
        comparison_group text group
        indicator text code
        segment int segment
        status int status for scoring
        value big?:15 value scale; a part of a sum as carried to the whole period
        previous big?:15 the year before, value scale
        target big?:15 value scale
        base big?:15 value scale
        stretch big?:15 value scale
        bottom big?:15 value scale""",
        """group_statistic key comparison_group, indicator, segment
        comparison_group text group
        indicator text code
        segment int segment
        due int:9 units due to report
        valued int:9 units with a value
        lowest big:15 value scale
        highest big:15 value scale
        total big?:15 sum of value minus lowest, for z-scores only
        root big?:21 root of n*sum(x*x)-sum(x)**2, ROOT_SCALE; for z-scores only
        median_2 big:16 twice the median
        mad_4 big:16 four times the median absolute deviation""",
        """indicator_score key unit, indicator
        unit text code
        category text category
        comparison_group text group
        indicator text code
        status int status
        value big?:15 value scale, of the whole period
        target big?:15 value scale; that of a period that is cut is the mean over its time
        points big?:14 point scale, as carried upward
        printed big?:14 point scale, rounded to digits""",
        """node_score key unit, node
        unit text code
        category text category
        comparison_group text group
        node text code
        status text value, filled, unranked, missing, not_due; empty: nothing to make a score of, or below its coverage; counts above as missing
        score big?:14 point scale, as carried
        printed big?:14 point scale, rounded
        used int:9 indicators that are measured
        leaves int:9 indicators that are due""",
        """total_score key unit
        unit text code
        category text category
        comparison_group text group
        status text value, unranked, missing, not_due
        composite big? point scale
        bonus big point scale
        deduction big point scale
        score big? point scale, carried
        printed big? point scale
        limit_place int? best band left by veto, integrity or gate
        forced_place int? band forced
        vetoed bool a veto item was decided
        used int indicators that are measured
        leaves int indicators that are due""",
        """ranking key unit, node
        unit text code
        node text code
        place int rank in the comparison group
        members int ranked units in the group""",
        """grading key unit
        unit text code
        place int band
        grade text grade""",
        """light key unit, subject
        unit text code
        subject text indicator or node
        light text green, green_watch, yellow, red
        measure big? what was compared, micro""",
        """reference_score key unit
        unit text code
        superior text unit
        own big point scale
        superior_score big point scale
        score big point scale, two digits""",
    )
)

CONTRACTS = {contract.name: contract for contract in FACTS + PLAN + RESULTS}
