"""Dated nodes 节点 in words: what was planned, what was done, what each earns, and how the share came about."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, plain

Row = Mapping[str, Any]
Pair = tuple[str, str]


def _share(number: int) -> str:
    return f"{plain(number, 4)}%"


def _counts(node: Row, at: date) -> bool:
    return not node["waived"] and bool(node["due_on"] <= at)


def _earned(node: Row, late: int, at: date) -> int:
    """The share of a node's share that it earns, micro: all of it on time, `late` of it after its day."""
    if node["done_on"] is None or node["done_on"] > at:
        return 0
    return COEFFICIENT if node["done_on"] <= node["due_on"] else late


def node_words(node: Row, rule: Row, at: date) -> Pair:
    """One node: the day planned, the day done, and what that earns; in Chinese and English."""
    due, done, share = node["due_on"], node["done_on"], _share(node["share"])
    zh, en = f"计划 {due}", f"planned {due}"
    if done is not None and done <= at:
        zh, en = f"{zh}，完成 {done}", f"{en}, done {done}"
    elif not node["waived"]:
        zh, en = f"{zh}，未完成", f"{en}, not done"
    if node["waived"]:
        return f"{zh}，经批准免除，不计入", f"{en}, waived, does not count"
    if not _counts(node, at):
        return f"{zh}，截至 {at} 未到期，不计入", f"{en}, not due by {at}, does not count"
    earned = _earned(node, rule["late"], at)
    if not done or done > at:
        return f"{zh}，得 0%（占 {share}）", f"{en}, earns 0% (of {share})"
    if done <= due:
        return f"{zh}，按期，得 {share}", f"{en}, on time, earns {share}"
    part, got = _share(earned), _share(int(Fraction(node["share"] * earned, COEFFICIENT)))
    return (
        f"{zh}，逾期，按 {part} 计，得 {got}（占 {share}）",
        f"{en}, late, counts {part}, earns {got} (of {share})",
    )


def sum_words(nodes: Iterable[Row], rule: Row, at: date) -> Pair:
    """How the share of an indicator comes from its nodes that are due: (25 + 25 × 0.5) ÷ 50; nothing without one."""
    due = sorted((node for node in nodes if _counts(node, at)), key=lambda node: node["due_on"])
    if not due:
        return "", ""
    parts = []
    for node in due:
        earned, share = _earned(node, rule["late"], at), plain(node["share"], 4)
        parts.append("0" if not earned else share if earned == COEFFICIENT else f"{share} × {plain(earned, 6)}")  # fmt: skip
    text = f"({' + '.join(parts)}) ÷ {plain(sum(node['share'] for node in due), 4)}"
    return f"，由已到期的节点得出：{text}", f", from the nodes that are due: {text}"
