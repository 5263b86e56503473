"""Rows that acts write beside their objects follow from the ledger too: votes, services, grants, accounts, units."""

import importlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F, QuerySet

from tests.conftest import ROOT
from tests.web.conftest import NOW, People, computed_run
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.ledger.acts import ERASURES
from zhengheng.web.ledger.beside import disagreeing_rows, newest_digests
from zhengheng.web.ledger.models import Erasure, Head, LedgerEntry
from zhengheng.web.ledger.rows import FOUND, ROWS, KeptRow, kept_models, note_all
from zhengheng.web.ledger.services import append, name_all_rows
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import register_run

pytestmark = pytest.mark.django_db


def beside_the_acts(model: type[models.Model]) -> QuerySet[Any]:
    """The table for somebody who has the database in his hands: nothing notes what he does."""
    return QuerySet(model)


def altered(field: Any, row: models.Model) -> Any:
    """Another value of a column that the column's type lets through; None where there is none."""
    if field.is_relation:
        return field.related_model._base_manager.exclude(pk=field.value_from_object(row)).values_list("pk", flat=True).first()  # fmt: skip
    held = field.value_from_object(row)
    if isinstance(field, models.BooleanField):
        return not held
    if isinstance(field, models.DateField):
        return NOW if held is None else held - timedelta(days=1)
    if isinstance(field, models.JSONField):
        return ["other"]
    if isinstance(field, models.IntegerField):
        return (held or 0) + 1
    return "x" if not held else f"{held[:-1]}{'z' if held[-1] != 'z' else 'y'}"


def each_column_altered(
    model: type[models.Model], unbound: tuple[str, ...]
) -> Iterator[tuple[Any, str]]:
    """Alter each column of the newest row of a table by itself, and put it back; the row and the column meanwhile."""
    row = model._base_manager.order_by("-pk").first()
    for field in model._meta.concrete_fields if row else ():
        value = None if field.primary_key or field.attname in unbound else altered(field, row)
        if value is None:
            continue
        try:
            with transaction.atomic():
                beside_the_acts(model).filter(pk=row.pk).update(**{field.attname: value})
                yield row, field.attname
                raise RuntimeError
        except IntegrityError:
            continue  # the database itself does not let it through
        except RuntimeError:
            pass


NUMBERED = re.compile(r"第 \d+ 号|\bno\. \d|\b[a-z]+\.[a-z]+:\d")
"""What a row is called in the database, and by nobody else."""


def called(row: Any) -> tuple[str, str]:
    """What a row is called as the database has it now; where it no longer leads to its name, how that begins."""
    try:
        said: tuple[str, str] = type(row).objects.get(pk=row.pk).told()
    except (ValueError, LookupError, AttributeError):
        return "存证日志第", "as entered by"
    return said


def alter_every_column() -> dict[str, set[str]]:
    """Of the tables beside objects the columns that the check named, each altered by itself, by table."""
    found: dict[str, set[str]] = {}
    for model in kept_models():
        for row, column in each_column_altered(model, model.unbound):
            named = list(disagreeing_rows())
            assert len(named) == 1, (model, column, named)
            for said, words, told, mark in zip(
                (named[0].zh, named[0].en), model.words, called(row), ("“", ' "'), strict=True
            ):
                assert said.startswith(f"{words}{mark}{told}"), said
                assert NUMBERED.search(said) is None, said
            found.setdefault(model._meta.label, set()).add(column)
    assert list(disagreeing_rows()) == []
    return found


def alter_every_column_of_objects() -> dict[str, set[str]]:
    """The same of the objects that acts are done on."""
    found: dict[str, set[str]] = {}
    for kind in KINDS:
        for _, column in each_column_altered(kind.model, ()):
            named = [one.zh for one in disagreements([kind])]
            assert len(named) == 1, (kind.name, column, named)
            assert named[0].startswith(f"{kind.words[0]}“")
            found.setdefault(kind.model._meta.label, set()).add(column)
        assert list(disagreements([kind])) == []
    return found


def test_one_altered_column_of_one_row_is_named(people: People) -> None:
    people.client("office_director")
    found = alter_every_column()
    assert found["accounts.Account"] >= {"username", "password", "name", "is_active", "factor"}
    assert found["accounts.RoleGrant"] >= {"role", "valid_from", "valid_to", "unit_id", "account_id"}  # fmt: skip
    assert found["organisation.Unit"] >= {"code", "name_zh", "kind", "parent_id", "valid_to"}


def test_a_row_made_or_taken_away_beside_the_acts_is_named(people: People) -> None:
    people.client("office_director")
    grant = RoleGrant.objects.first()
    assert grant is not None
    beside_the_acts(RoleGrant).bulk_create(
        [RoleGrant(account=Account.objects.exclude(pk=grant.account_id)[0], role=grant.role, valid_from=NOW)]
    )  # fmt: skip
    (made,) = disagreeing_rows()
    assert made.zh.startswith("授权“")
    assert NUMBERED.search(made.zh + made.en) is None
    assert "没有任何记录" in made.zh
    beside_the_acts(RoleGrant).filter(pk=beside_the_acts(RoleGrant).latest("pk").pk)._raw_delete("default")  # type: ignore[attr-defined]  # fmt: skip
    beside_the_acts(RoleGrant).filter(pk=grant.pk)._raw_delete("default")  # type: ignore[attr-defined]  # fmt: skip
    (gone,) = disagreeing_rows()
    assert "登记的授权在数据库中不见了" in gone.zh, gone
    assert NUMBERED.search(gone.zh + gone.en) is None


@pytest.mark.django_db(transaction=True)
def test_what_no_entry_of_the_same_transaction_names_is_no_act(people: People) -> None:
    """A program that writes without an act is found, and no later act vouches for what it wrote."""
    people.client("office_director")
    Unit.objects.filter(pk=Unit.objects.latest("pk").pk).update(name_zh="改名")
    with transaction.atomic():
        append(act="x", subject="y:1", actor="z", at=NOW)
    (found,) = disagreeing_rows()
    assert found.zh.startswith("单位“改名”")


def test_an_entry_names_the_rows_of_its_own_act_alone(people: People) -> None:
    people.client("office_director")
    unit = Unit.objects.latest("pk")
    with transaction.atomic():
        append(act="x", subject="y:1", actor="z", at=NOW)
    with transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(row_version=F("row_version") + 1)
        made = append(act="x", subject="y:1", actor="z", at=NOW)
    assert list((made.content or {})[ROWS]) == [f"organisation.unit:{unit.pk}"]
    with transaction.atomic():
        assert ROWS not in (append(act="x", subject="y:1", actor="z", at=NOW).content or {})
    assert list(disagreeing_rows()) == []


def test_the_rows_of_an_earlier_release_are_taken_once(people: People) -> None:
    """A home of version 0.1.0: no entry names a row. Begun, one does; a second such entry is named by the check."""
    people.client("office_director")
    for row in LedgerEntry.objects.all():
        content = {
            name: held for name, held in json.loads(row.content or "{}").items() if name != ROWS
        }
        LedgerEntry.objects.filter(pk=row.pk).update(content=json.dumps(content))
    assert list(disagreeing_rows()) == [], "nothing to compare with"
    importlib.import_module("zhengheng.web.ledger.migrations.0005_rows_named").not_yet(apps, None)
    for _ in range(2):
        name_all_rows(NOW)
    assert LedgerEntry.objects.filter(act=FOUND).count() == 1
    assert len(newest_digests()) == sum(model.objects.count() for model in kept_models())
    assert list(disagreeing_rows()) == []
    made = Unit.objects.create(code="EVIL", name_zh="无", kind="无")
    honest = Unit.objects.exclude(pk=made.pk).latest("pk")
    beside_the_acts(Unit).filter(pk=honest.pk).update(name_zh="改")
    Head.objects.update(rows_named=False)
    for _ in range(2):
        name_all_rows(NOW)
        assert LedgerEntry.objects.filter(act=FOUND).count() == 1, "rows are named once"
        said = [one.zh for one in disagreeing_rows()]
        for word in ("有人标记为", "单位“无”", "单位“改”"):
            assert any(word in one for one in said), (word, said)
    # What an office of an earlier build entered a second time vouches for nothing either.
    with transaction.atomic():
        note_all()
        append(act=FOUND, subject="ledger:rows", actor="system", at=NOW)
    said = [one.zh for one in disagreeing_rows()]
    assert any("此前已有登记" in one for one in said)
    assert any("单位“改”" in one for one in said)


def test_what_only_erased_entries_said_of_a_row_is_said_on(people: People) -> None:
    officer, director = people.client("secrecy_officer"), people.client("office_director")
    Head.objects.get()
    old = LedgerEntry.objects.filter(content__contains=ROWS)
    old.update(at="1999-01-01T00:00:00+08:00")
    unit = Unit.objects.latest("pk")
    made = officer.post("/api/v1/erasures/ask", json.dumps({"before": "2010-01-01", "basis": "保管期限表"}), content_type="application/json").json()  # fmt: skip
    done = director.post(f"/api/v1/erasures/{made['id']}/carry_out", json.dumps({"row_version": made["row_version"]}), content_type="application/json")  # fmt: skip
    assert done.status_code == 200, done.content
    assert Erasure.objects.get().entries
    assert list(disagreeing_rows()) == []
    beside_the_acts(Unit).filter(pk=unit.pk).update(name_zh="改")
    (found,) = disagreeing_rows()
    assert "单位“改”" in found.zh


def test_an_object_that_no_longer_leads_to_its_name_is_named_all_the_same(people: People) -> None:
    officer = people.client("secrecy_officer")
    officer.post("/api/v1/erasures/ask", json.dumps({"before": "2010-01-01", "basis": "保管期限表"}), content_type="application/json")  # fmt: skip
    held = Erasure.objects.get()
    broken = ERASURES.__class__(**{**vars(ERASURES), "title": lambda e: {"2010-01-01": ("有", "is")}[e.basis]})  # fmt: skip
    Erasure.objects.filter(pk=held.pk).update(basis="另一依据")
    (found,) = disagreements([broken])
    assert "存证日志第" in found.zh
    assert NUMBERED.search(found.zh + found.en) is None


def test_a_result_is_bound_from_its_registration_on(people: People) -> None:
    """Also before anybody acts on it: which run it is, and what it replaces."""
    first, again = (
        register_run(run=one.id, actor=people["office_data"], now=NOW)
        for one in (computed_run(), computed_run(version="9"))
    )
    assert first.replaces_id is None
    named = alter_every_column_of_objects()["results.ResultRun"]
    assert named >= {"run", "rulebook", "period", "made_by_id", "due_on", "replaces_id"}
    for value in (again.pk, None):
        beside_the_acts(ResultRun).filter(pk=first.pk).update(replaces_id=value)
        assert len(list(disagreements(KINDS))) == (value is not None)


HANDS = "what passes through the hands of the sign-in, which is no act: it opens nothing by itself"
LIBRARY = "of the library, which makes and drops its rows itself"
NOTHING_DECIDED = "the work of a machine: what came of it stands in entries and bound rows"
EXEMPT: dict[str, tuple[str, set[str]]] = {
    "ledger.Head": ("checked against the leaves (selectors.tree_findings), but for the mark of homes of 0.1.0", {"id", "size", "edge", "rows_named"}),
    "ledger.Node": ("checked against the leaves (selectors.tree_findings)", {"id", "level", "index", "hash"}),
    "ledger.LedgerEntry": ("it is the ledger: digest, leaf and tree bind each other", {"sequence", "act", "subject", "actor", "at", "digest", "salt", "content", "leaf"}),
    "ledger.SignedCheckpoint": ("its text is signed, its size and code stand in an entry; `at` repeats the text", {"id", "size", "code", "text", "at"}),
    "ledger.CommitmentSecret": ("the entry of a release has its digest (committed_secrets.altered_secrets); others open nothing", {"id", "subject", "secret"}),
    "accounts.FailedSignIn": (HANDS, {"id", "address", "name", "at"}),
    "accounts.KnownAddress": (HANDS, {"id", "account_id", "address", "at"}),
    "jobs.Job": (NOTHING_DECIDED, {"id", "kind", "arguments", "subject", "state", "asked_by_id", "asked_at", "clock", "step", "done", "total", "seen_at", "attempts", "result", "problems"}),
    "api.GivenAnswer": ("an answer kept for a day, sealed", {"id", "account_id", "key", "request", "status", "body", "kind", "at"}),
    "reminders.Reminder": ("a count that was sent to somebody; the tasks are counted anew each time", {"id", "channel_id", "day", "tasks", "sent_at"}),
    "pages.DemoClock": ("a demonstration's clock; each move is an entry", {"id", "moment"}),
}  # fmt: skip
"""Tables of ours that no entry commits to: why, and all their columns, so that a new one is asked about."""
EXEMPT_COLUMNS = {
    "accounts.Account": {"last_login": HANDS, "failures": HANDS, "locked_until": HANDS, "factor_step": HANDS,
                         "must_change_password": "only ever asks for more: without it a first password, which its entry tells of, would last"},
    "accounts.ApiToken": {"used_at": "when a token was used last; it opens nothing"},
    "accounts.Renewal": {"seen_at": "when the owner was told on a page; what he was told of is bound"},
}  # fmt: skip
"""Columns of bound tables that no act answers for, and why."""
LIBRARIES = {"contenttypes", "auth", "sessions", "account", "socialaccount", "django_tasks_database"}  # fmt: skip


def test_every_column_of_the_office_is_bound_or_exempt_for_a_reason() -> None:
    objects = {kind.model for kind in KINDS}
    unbound: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        label, columns = model._meta.label, {field.attname for field in model._meta.concrete_fields}
        if model._meta.app_label in LIBRARIES:
            assert not model.__module__.startswith("zhengheng"), LIBRARY
        elif issubclass(model, KeptRow):
            unbound |= {label: set(model.unbound)} if model.unbound else {}
        elif model not in objects:
            why, known = EXEMPT[label]
            assert why
            assert columns == known, label
    assert unbound == {label: set(held) for label, held in EXEMPT_COLUMNS.items()}
    (decision,) = (ROOT / "docs" / "decisions").glob("0011-*.md")
    lines = decision.read_text(encoding="utf-8").splitlines()
    declared: dict[str, set[str]] = {}
    for cells in ([cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| `")):  # fmt: skip
        declared.setdefault(cells[1].strip("`"), set()).update(re.findall(r"`(\w+)`", cells[2]))
    assert declared == unbound, "what is not covered stands in the decision, with its reason"


def test_every_such_table_says_what_a_row_is() -> None:
    for model in kept_models():
        assert issubclass(model, KeptRow)
        assert model.told is not KeptRow.told, f"{model} does not say what a row of it is called"
        zh, en = model.words
        assert zh
        assert en
        columns = {field.attname for field in model._meta.concrete_fields}
        assert set(model.unbound) <= columns
